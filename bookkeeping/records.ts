/**
 * Records of images in the store: the uploads write them, and one listing tells what the images of a show were
 * made from.
 */
import {
  type ImageRecord,
  type ImageRecordBody,
  parseRecordKey,
  recordKey,
  recordPrefixOf,
  recordsPrefix,
  takeRecordsPrefix,
} from '../domain/image-record.js';
import {
  JSON_CONTENT_TYPE,
  type ShowAddress,
  timingKey,
  type VariantAddress,
} from '../domain/object-keys.js';
import type { ObjectStore, StoreCallOptions } from '../storage/object-store.js';

/** An image that the store has a record of. */
export interface RecordedImage {
  readonly cueId: string;
  readonly variantId: number;
  readonly record: ImageRecord;
  /** Key of the record. */
  readonly key: string;
}

/** Writes the record of the image at this address; those of images that it has replaced go. */
export async function writeRecord(
  store: ObjectStore,
  address: VariantAddress,
  body: ImageRecordBody,
  options: StoreCallOptions,
): Promise<void> {
  const key = recordKey(address, body);
  const content = Buffer.from(`${JSON.stringify(body)}\n`);
  await store.put(key, content, { ...options, contentType: JSON_CONTENT_TYPE });
  await deleteRecords(store, address, options, key);
}

/** Withdraws what vouches for the image at this address, its record and its timing, before any object of it is replaced. */
export async function withdraw(
  store: ObjectStore,
  address: VariantAddress,
  options: StoreCallOptions,
): Promise<void> {
  await deleteRecords(store, address, options);
  await store.delete(timingKey(address), options);
}

/** Records of the chosen images of a show, or of one cue, in byte order of their keys. */
export function listRecords(
  store: ObjectStore,
  show: ShowAddress,
  cueId: string | undefined,
  options: StoreCallOptions = {},
): AsyncIterable<RecordedImage> {
  return recordsBelow(store, recordsPrefix(show), cueId === undefined ? '' : `${cueId}/`, options);
}

/** Records of the takes that are kept beside the chosen image of a variant; the seed of the record is the take's. */
export function listTakeRecords(
  store: ObjectStore,
  { cueId, variantId, ...show }: VariantAddress,
  options: StoreCallOptions = {},
): AsyncIterable<RecordedImage> {
  return recordsBelow(store, takeRecordsPrefix(show), `${cueId}/${variantId}-`, options);
}

/** The record of the image at this address; undefined if there is none, or more than one while it is being replaced. */
export async function recordOf(
  store: ObjectStore,
  address: VariantAddress,
  options: StoreCallOptions = {},
): Promise<RecordedImage | undefined> {
  const prefix = address.take === undefined ? recordsPrefix(address) : takeRecordsPrefix(address);
  const found: RecordedImage[] = [];
  for await (const { key } of store.list(recordPrefixOf(address), { ...options, keysOnly: true })) {
    const parsed = parseRecordKey(prefix, key);
    if (parsed !== undefined) found.push({ ...parsed, key });
  }
  return found.length === 1 ? found[0] : undefined;
}

async function* recordsBelow(
  store: ObjectStore,
  prefix: string,
  below: string,
  options: StoreCallOptions,
): AsyncGenerator<RecordedImage> {
  for await (const { key } of store.list(prefix + below, { ...options, keysOnly: true })) {
    const parsed = parseRecordKey(prefix, key);
    if (parsed !== undefined) yield { ...parsed, key };
  }
}

async function deleteRecords(
  store: ObjectStore,
  address: VariantAddress,
  options: StoreCallOptions,
  except?: string,
): Promise<void> {
  for await (const { key } of store.list(recordPrefixOf(address), { ...options, keysOnly: true }))
    if (key !== except) await store.delete(key, options);
}
