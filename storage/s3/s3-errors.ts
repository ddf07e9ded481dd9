/**
 * What an error of the AWS SDK means: try again, or tell somebody.
 *
 * The SDK's own verdict cannot be used (`$retryable` is undefined on every error), so the name, the code and the HTTP
 * status decide. The SDK's error object is not passed on: for some refusals it carries the access key id and the
 * string that was signed.
 */

import { StoreError, type StoreErrorKind, type StoreVerb } from '../object-store.js';
import { DeadlineError } from './deadline.js';

interface Meaning {
  readonly kind: StoreErrorKind;
  readonly problem: string;
  readonly remedy: string;
}

/** What can be read off any error the SDK throws. */
export interface S3Facts {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
}

const WAIT = 'It is tried again; if it goes on, look at the status page of the object storage.';
const CHECK_NETWORK = 'It is tried again; check the endpoint in PREGEN_STORE and the network if it goes on.';
const CHECK_KEYS =
  'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or the AWS profile) of this process, and that they belong to this endpoint.';

const MEANINGS: Readonly<Record<string, Meaning>> = {
  NoSuchKey: {
    kind: 'not-found',
    problem: 'there is no such object',
    remedy: 'Check the key, and that the show was generated into this store.',
  },
  NoSuchBucket: {
    kind: 'permanent',
    problem: 'the bucket does not exist',
    remedy: 'Create the bucket, or correct its name or the endpoint in PREGEN_STORE.',
  },
  AccessDenied: {
    kind: 'permanent',
    problem: 'these credentials may not do this',
    remedy: 'Give them read, write, list and delete permission on the bucket and prefix.',
  },
  InvalidAccessKeyId: {
    kind: 'permanent',
    problem: 'the access key id is not known there',
    remedy: CHECK_KEYS,
  },
  SignatureDoesNotMatch: { kind: 'permanent', problem: 'the secret access key is wrong', remedy: CHECK_KEYS },
  CredentialsProviderError: { kind: 'permanent', problem: 'no credentials were found', remedy: CHECK_KEYS },
  RegionMissing: {
    kind: 'permanent',
    problem: 'no region is configured',
    remedy: 'Add region=… to PREGEN_STORE (region=auto for Cloudflare R2), or set AWS_REGION.',
  },
  PermanentRedirect: {
    kind: 'permanent',
    problem: 'the bucket lives in another region',
    remedy: 'Correct region=… and the endpoint in PREGEN_STORE.',
  },
  RequestTimeTooSkewed: {
    kind: 'transient',
    problem: 'the clock of this machine is wrong',
    remedy: 'Set the clock; it is tried again.',
  },
  Deadline: {
    kind: 'transient',
    problem: 'the object storage did not finish in time',
    remedy: CHECK_NETWORK,
  },
  TimeoutError: {
    kind: 'transient',
    problem: 'the object storage did not answer in time',
    remedy: CHECK_NETWORK,
  },
  ECONNREFUSED: { kind: 'transient', problem: 'nothing is listening at the endpoint', remedy: CHECK_NETWORK },
  ENOTFOUND: { kind: 'transient', problem: 'the name of the endpoint is not known', remedy: CHECK_NETWORK },
  ECONNRESET: { kind: 'transient', problem: 'the connection was cut', remedy: CHECK_NETWORK },
  NoETag: {
    kind: 'transient',
    problem: 'the answer did not come from an object storage (it has no ETag)',
    remedy:
      'Something between here and the object storage answers in its place; check proxies and the endpoint. It is tried again.',
  },
  CutShort: { kind: 'transient', problem: 'the object arrived incomplete', remedy: CHECK_NETWORK },
};

/** 4xx answers that are about the moment, or about damage on the way, rather than about the request. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'SlowDown',
  'RequestTimeout',
  'ConditionalRequestConflict',
  'OperationAborted',
  'BadDigest',
  'IncompleteBody',
  'XAmzContentSHA256Mismatch',
]);
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 429]);
/** Node's and OpenSSL's codes when the two ends cannot agree on TLS or the certificate is not trusted. */
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH$)/;

/** Wraps whatever went wrong during a request in a StoreError that holds no secret. */
export function s3Error(store: string, verb: StoreVerb, key: string, error: unknown): StoreError {
  const facts = factsOf(error);
  const { code, status, message } = facts;
  return new StoreError({ ...meaningOf(facts), verb, key, store, status, code, cause: new Error(message) });
}

/** A StoreError for a condition found by us, not by the SDK. */
export function s3Problem(
  store: string,
  verb: StoreVerb,
  key: string,
  code: 'NoETag' | 'CutShort',
): StoreError {
  return new StoreError({ ...meaningOf({ code, status: undefined, message: code }), verb, key, store, code });
}

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

function meaningOf({ code, status }: S3Facts): Meaning {
  const known = MEANINGS[code];
  if (known !== undefined) return known;
  if (TLS_CODE.test(code)) return tlsMeaning;
  if (TRANSIENT_CODES.has(code) || status === undefined || status < 300 || isTransientStatus(status))
    return busyMeaning;
  return refusedMeaning;
}

function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUSES.has(status) || (status >= 500 && status !== 501);
}

const tlsMeaning: Meaning = {
  kind: 'permanent',
  problem: 'no secure connection could be made',
  remedy:
    'Check http:// against https:// in the endpoint, and the certificate (NODE_EXTRA_CA_CERTS for a private one).',
};
const busyMeaning: Meaning = {
  kind: 'transient',
  problem: 'the object storage failed for now',
  remedy: WAIT,
};
const refusedMeaning: Meaning = {
  kind: 'permanent',
  problem: 'the object storage refused the request',
  remedy: 'Check bucket, prefix, endpoint, region and permissions in PREGEN_STORE.',
};
