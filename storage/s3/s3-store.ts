/**
 * Objects in S3, Cloudflare R2 or any server that speaks S3.
 *
 * Each verb is one attempt of one request (a listing: of each page), under a deadline of its own; the caller
 * decides on retries, by the error's kind. A PUT is one request with a whole Buffer, so an object is stored entirely
 * or not at all, and the signature covers every byte of it.
 */
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { given } from '../../domain/given.js';
import { assertCopyKeys, assertKeyPrefix, assertObjectKey } from '../object-key.js';
import {
  type ObjectHead,
  type ObjectStore,
  type PutCondition,
  type PutOptions,
  type StoreCallOptions,
  StoreError,
  type StoreVerb,
  unlessAbsent,
  type VersionedObject,
} from '../object-store.js';
import { AdaptiveSlots } from '../slots.js';
import { type Deadline, withDeadline } from './deadline.js';
import { createS3Client, MAX_REQUESTS, MIN_REQUESTS, type S3Location } from './s3-client.js';
import { isOverload, s3Error, s3Problem } from './s3-errors.js';

interface Attempt {
  readonly verb: StoreVerb;
  readonly key: string;
  readonly signal: AbortSignal | undefined;
  /** Bytes to send, for the deadline. */
  readonly bytes?: number;
}

export class S3Store implements ObjectStore {
  readonly description: string;
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly base: string;
  private readonly slots = new AdaptiveSlots(MIN_REQUESTS, MAX_REQUESTS);
  /** A HEAD cannot tell a missing bucket from a missing key; once the bucket was seen, it need not. */
  private bucketSeen = false;

  constructor(location: S3Location) {
    this.client = createS3Client(location);
    this.bucket = location.bucket;
    this.base = location.prefix === '' ? '' : `${location.prefix}/`;
    const place = location.endpoint === undefined ? '' : ` at ${location.endpoint}`;
    this.description = `s3://${[location.bucket, location.prefix].filter((part) => part !== '').join('/')}${place}`;
  }

  async put(key: string, body: Buffer, { contentType, signal, onlyIf }: PutOptions): Promise<void> {
    this.assertKey('put', key);
    const object = { Body: body, ContentType: contentType, ContentLength: body.length };
    const input = { ...this.address(key), ...object, ...conditionOf(onlyIf) };
    const answer = await this.attempt({ verb: 'put', key, signal, bytes: body.length }, (deadline) =>
      this.client.send(new PutObjectCommand(input), { abortSignal: deadline.signal }),
    );
    if (answer.ETag === undefined) throw s3Problem(this.description, 'put', key, 'NoETag');
    this.bucketSeen = true;
  }

  async get(key: string, options: StoreCallOptions = {}): Promise<Buffer> {
    return (await this.read(key, options)).body;
  }

  async getVersioned(key: string, options: StoreCallOptions = {}): Promise<VersionedObject | undefined> {
    return unlessAbsent(this.read(key, options));
  }

  async head(key: string, { signal }: StoreCallOptions = {}): Promise<ObjectHead | undefined> {
    this.assertKey('head', key);
    try {
      const answer = await this.attempt({ verb: 'head', key, signal }, (deadline) =>
        this.client.send(new HeadObjectCommand(this.address(key)), { abortSignal: deadline.signal }),
      );
      if (answer.ETag === undefined) throw s3Problem(this.description, 'head', key, 'NoETag');
      this.bucketSeen = true;
      return toHead(key, answer.ContentLength, answer.LastModified, answer.ContentType);
    } catch (error) {
      return await this.explainHead(key, signal, error);
    }
  }

  async *list(prefix: string, { signal }: StoreCallOptions = {}): AsyncGenerator<ObjectHead> {
    assertKeyPrefix(this.description, prefix);
    let token: string | undefined;
    do {
      const page = await this.page(prefix, token, signal);
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        signal?.throwIfAborted();
        // Consoles make empty objects named like folders; they are nobody's picture.
        if (Key === undefined || Key.endsWith('/')) continue;
        yield toHead(Key.slice(this.base.length), Size, LastModified);
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async copy(from: string, to: string, { signal }: StoreCallOptions = {}): Promise<void> {
    assertCopyKeys(this.description, from, to);
    for (const key of [from, to]) this.assertKey('copy', key);
    const input = { ...this.address(to), CopySource: this.copySource(from) };
    const answer = await this.attempt({ verb: 'copy', key: from, signal }, (deadline) =>
      this.client.send(new CopyObjectCommand(input), { abortSignal: deadline.signal }),
    );
    // An error may come in an answer that began as a success; the SDK throws most of them, and the others have no ETag.
    if (answer.CopyObjectResult?.ETag === undefined)
      throw s3Problem(this.description, 'copy', from, 'NoETag');
    this.bucketSeen = true;
  }

  async delete(key: string, { signal }: StoreCallOptions = {}): Promise<void> {
    this.assertKey('delete', key);
    try {
      await this.attempt({ verb: 'delete', key, signal }, (deadline) =>
        this.client.send(new DeleteObjectCommand(this.address(key)), { abortSignal: deadline.signal }),
      );
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'not-found') throw error;
    }
  }

  close(): void {
    this.client.destroy();
  }

  private read(key: string, { signal }: StoreCallOptions): Promise<VersionedObject> {
    this.assertKey('get', key);
    return this.attempt({ verb: 'get', key, signal }, async (deadline) => {
      const answer = await this.client.send(new GetObjectCommand(this.address(key)), {
        abortSignal: deadline.signal,
      });
      if (answer.ETag === undefined) throw s3Problem(this.description, 'get', key, 'NoETag');
      const stream = answer.Body;
      // The SDK stops listening to the signal once the headers are in; a body nobody reads would keep its socket.
      deadline.signal.addEventListener('abort', () => stream instanceof Readable && stream.destroy(), {
        once: true,
      });
      deadline.restart(answer.ContentLength ?? 0);
      const body = Buffer.from((await stream?.transformToByteArray()) ?? []);
      if (body.length !== answer.ContentLength) throw s3Problem(this.description, 'get', key, 'CutShort');
      return { body, tag: answer.ETag };
    });
  }

  private assertKey(verb: StoreVerb, key: string): void {
    assertObjectKey(this.description, verb, key);
    if (this.base !== '') assertObjectKey(this.description, verb, this.base + key);
  }

  private address(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: this.base + key };
  }

  /** It travels in a header, where the SDK encodes nothing. */
  private copySource(key: string): string {
    return [this.bucket, ...(this.base + key).split('/')].map(encodeURIComponent).join('/');
  }

  private page(
    prefix: string,
    token: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ListObjectsV2CommandOutput> {
    const input = { Bucket: this.bucket, Prefix: this.base + prefix, ContinuationToken: token };
    return this.attempt({ verb: 'list', key: prefix, signal }, async (deadline) => {
      const page = await this.client.send(new ListObjectsV2Command(input), { abortSignal: deadline.signal });
      // A web page in its place is read as an empty listing, and everything would seem to be missing.
      if (page.Name === undefined && page.KeyCount === undefined && page.IsTruncated === undefined)
        throw s3Problem(this.description, 'list', prefix, 'NoListing');
      return page;
    });
  }

  /** HEAD has no body and so hides its reason: a listing of that key has one. */
  private async explainHead(
    key: string,
    signal: AbortSignal | undefined,
    error: unknown,
  ): Promise<undefined> {
    if (!(error instanceof StoreError) || error.status === undefined || error.status >= 500) throw error;
    const absent = error.status === 404;
    if (absent && this.bucketSeen) return undefined;
    try {
      await this.page(key, undefined, signal);
      this.bucketSeen = true;
    } catch (listError) {
      const deniedListing = listError instanceof StoreError && listError.code === 'AccessDenied';
      if (!absent || !deniedListing) throw listError;
    }
    if (!absent) throw error;
    return undefined;
  }

  /** One request in one slot under one deadline. Throws a StoreError, or the caller's own abort reason. */
  private attempt<T>(
    { verb, key, signal, bytes }: Attempt,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    return this.slots.run(signal, async () => {
      try {
        const answer = await withDeadline(signal, bytes ?? 0, work);
        this.slots.succeeded();
        return answer;
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        const problem = error instanceof StoreError ? error : s3Error(this.description, verb, key, error);
        if (isOverload(problem)) this.slots.overloaded();
        throw problem;
      }
    });
  }
}

function toHead(key: string, bytes = 0, modifiedAt?: Date, contentType?: string): ObjectHead {
  return {
    key,
    bytes,
    ...given({ modifiedAt, contentType }),
  };
}

/** The headers that make a PUT conditional. */
function conditionOf(onlyIf: PutCondition | undefined): { IfMatch?: string; IfNoneMatch?: string } {
  if (onlyIf === undefined) return {};
  return onlyIf === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: onlyIf.tag };
}
