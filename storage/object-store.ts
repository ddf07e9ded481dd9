/**
 * The one small interface behind which finished objects are kept: a folder, S3 or Cloudflare R2.
 *
 * The verbs take whole Buffers (images are small, and a signed Buffer is guarded end to end, a stream is not), never
 * retry by themselves (one layer owns retry: the orchestrator's) and either did the whole thing or throw.
 * Absence is an answer only in `head` and `getVersioned`. Dying midway leaves the old object or the new one, never half
 * of one.
 *
 * What several people may change at once is read with its tag and written on condition, again and again until nobody
 * was faster. Of an object that is only ever written on condition, no change is lost, however many processes write it.
 * A write or removal without a condition breaks that: in a folder, a conditional write that is just under way
 * may then replace it unseen.
 */

import { given } from '../domain/given.js';
import { oneLine } from '../domain/printable.js';

export interface ObjectHead {
  readonly key: string;
  /** Size of the object in bytes. */
  readonly bytes: number;
  /** MIME type; listings need not know it. */
  readonly contentType?: string;
  readonly modifiedAt?: Date;
}

export interface StoreCallOptions {
  /** When it aborts, the call rejects with the signal's own reason (never a StoreError). */
  readonly signal?: AbortSignal;
}

/** An object of a listing that was asked for keys only. */
export type ListedKey = Pick<ObjectHead, 'key'>;

export interface ListOptions extends StoreCallOptions {
  /** Nothing but keys is wanted: a folder then need not look at each of its files, which takes most of a listing's time. */
  readonly keysOnly?: boolean;
}

/** `'absent'`: only if there is no such object. A tag: only if the object still has it. */
export type PutCondition = 'absent' | { readonly tag: string };

export interface PutOptions extends StoreCallOptions {
  readonly contentType: string;
  /** Without it, whatever is there is replaced. */
  readonly onlyIf?: PutCondition;
}

export interface VersionedObject {
  readonly body: Buffer;
  /** Changes whenever the object is replaced by other content. Each store has its own kind. */
  readonly tag: string;
}

export interface ObjectStore {
  /** For people, never with credentials: `file:/abs/path` or `s3://bucket/prefix at https://endpoint`. */
  readonly description: string;
  /**
   * Stores `body` under `key`. Resolves only once it is durable. Throws StoreError of kind `conflict` if `onlyIf` does not
   * hold; after an attempt whose answer was lost, what is there may be the caller's own: read it.
   */
  put(key: string, body: Buffer, options: PutOptions): Promise<void>;
  /** The object's bytes. Throws StoreError of kind `not-found` when there is none. */
  get(key: string, options?: StoreCallOptions): Promise<Buffer>;
  /** The object's bytes with the tag for a conditional `put`, or undefined when there is none. */
  getVersioned(key: string, options?: StoreCallOptions): Promise<VersionedObject | undefined>;
  /** Facts about the object, or undefined when there is none. */
  head(key: string, options?: StoreCallOptions): Promise<ObjectHead | undefined>;
  /** Streams the objects whose key starts with `prefix` (any string prefix, '' for all), in byte order of keys. */
  list(prefix: string, options: ListOptions & { readonly keysOnly: true }): AsyncIterable<ListedKey>;
  list(prefix: string, options?: StoreCallOptions): AsyncIterable<ObjectHead>;
  /**
   * Stores the object `from` under the key `to` as well, replacing what was there, without its bytes passing through here.
   * Throws StoreError of kind `not-found` when there is no `from`. In a folder, the content type follows the key's extension.
   */
  copy(from: string, to: string, options?: StoreCallOptions): Promise<void>;
  /** Removes the object; removing what is not there is a success. */
  delete(key: string, options?: StoreCallOptions): Promise<void>;
  /** Releases connections. The store must not be used afterwards. */
  close(): void;
}

export type StoreVerb = 'put' | 'get' | 'head' | 'list' | 'copy' | 'delete';

/**
 * `not-found`: no such object. `transient`: the same call may succeed later, unchanged. `permanent`: it cannot
 * succeed until an operator changes something; the remedy says what. `conflict`: the condition of a put did not hold.
 */
export type StoreErrorKind = 'not-found' | 'transient' | 'permanent' | 'conflict';

/** What every store says when the condition of a put does not hold. */
export const CONFLICT = {
  kind: 'conflict',
  problem: 'it is no longer what was read',
  remedy: 'Nothing was written. Another writer was faster: read it again, and decide anew.',
} as const;

export interface StoreErrorFacts {
  readonly kind: StoreErrorKind;
  readonly verb: StoreVerb;
  readonly key: string;
  /** The store's own description. */
  readonly store: string;
  /** What happened, as part of a sentence. */
  readonly problem: string;
  /** What a person can do about it, as a sentence. */
  readonly remedy: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** The vendor's error code or the system's errno name. */
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/** Everything a store throws, save the caller's own abort reason. Holds no secret, in no field. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;
  readonly verb: StoreVerb;
  readonly key: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly remedy: string;

  constructor(facts: StoreErrorFacts) {
    super(storeErrorMessage(facts), given({ cause: facts.cause }));
    this.kind = facts.kind;
    this.verb = facts.verb;
    this.key = facts.key;
    this.status = facts.status;
    this.code = facts.code;
    this.remedy = facts.remedy;
  }
}

/** What was found, or undefined in place of a StoreError of kind `not-found`. */
export async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

function storeErrorMessage({ store, verb, key, problem, remedy, status, code }: StoreErrorFacts): string {
  const details = [
    code === undefined ? code : oneLine(code),
    status === undefined ? undefined : `HTTP ${status}`,
  ].filter((part) => part !== undefined);
  const suffix = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `[${store}] could not ${verb} "${oneLine(key)}": ${problem}${suffix}. ${remedy}`;
}
