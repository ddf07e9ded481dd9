/**
 * What an error of the AWS SDK means: try again, or tell the operator.
 *
 * The SDK's own verdict cannot be used (`$retryable` is undefined on every error), so the name, the code and the HTTP
 * status decide. The SDK's error object is not passed on: for some refusals it carries the access key id and the
 * string that was signed.
 */
import { CONFLICT, StoreError, type StoreVerb } from '../object-store.js';
import { DeadlineError } from './deadline.js';
import { meaningOf } from './s3-meanings.js';

/** What can be read off any error the SDK throws. */
export interface S3Facts {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
}

/** Wraps whatever went wrong during a request in a StoreError that holds no secret. */
export function s3Error(store: string, verb: StoreVerb, key: string, error: unknown): StoreError {
  const facts = factsOf(error);
  const { code, status, message } = facts;
  const meaning = meaningOf(facts);
  // A put asks for an object only by If-Match, and without one the condition does not hold.
  const inContext = verb === 'put' && meaning.kind === 'not-found' ? CONFLICT : meaning;
  return new StoreError({ ...inContext, verb, key, store, status, code, cause: new Error(message) });
}

/** A StoreError for a condition found by us, not by the SDK. */
export function s3Problem(
  store: string,
  verb: StoreVerb,
  key: string,
  code: 'NoETag' | 'NoListing' | 'CutShort',
): StoreError {
  return new StoreError({ ...meaningOf({ code, status: undefined }), verb, key, store, code });
}

/** Answers, or the want of one in time, that ask for fewer requests at once. */
const OVERLOAD_CODES: ReadonlySet<string | undefined> = new Set([
  'Deadline',
  'TimeoutError',
  'SlowDown',
  'TooManyRequests',
]);

/** Whether the object storage, or the line to it, has more to do than it can. */
export const isOverload = ({ code, status }: StoreError): boolean =>
  OVERLOAD_CODES.has(code) || status === 429;

/** Reads name, code and status off an unknown error. */
export function factsOf(error: unknown): S3Facts {
  if (error instanceof DeadlineError) return { code: 'Deadline', status: undefined, message: error.message };
  if (!(error instanceof Error))
    return { code: 'UnknownError', status: undefined, message: 'not an error object' };
  const status = statusOf(error);
  if (error.message.startsWith('Region is missing'))
    return { code: 'RegionMissing', status, message: error.message };
  const systemCode = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const named = ['Error', 'AggregateError', 'TypeError'].includes(error.name) ? undefined : error.name;
  const code = named ?? systemCode ?? 'UnknownError';
  return { code, status, message: `${code}: ${error.message}` };
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null)
    return undefined;
  const metadata = error.$metadata;
  if (!('httpStatusCode' in metadata) || typeof metadata.httpStatusCode !== 'number') return undefined;
  return metadata.httpStatusCode;
}
