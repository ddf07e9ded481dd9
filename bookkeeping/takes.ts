/**
 * Takes of a variant: the chosen one lies where front-ends look, the others beside it, each whole. Choosing one keeps the
 * present one aside, then puts the other in its place, timing.json and record first away and last back. Every step can be
 * repeated: what is cut off anywhere is finished by doing it again.
 */
import pLimit from 'p-limit';
import type { ImageRecordBody } from '../domain/image-record.js';
import {
  finalKey,
  parseObjectName,
  timingKey,
  type VariantAddress,
  variantPrefix,
} from '../domain/object-keys.js';
import { InvalidInputError } from '../domain/problems.js';
import type { ObjectStore, StoreCallOptions } from '../storage/object-store.js';
import { changeDecisions, readCueDecisions } from './decisions.js';
import { listTakeRecords, type RecordedImage, recordOf, withdraw, writeRecord } from './records.js';

/** One rendition of a variant that is kept. */
export interface Take {
  readonly seed: number;
  /** It is the one that front-ends show. */
  readonly chosen: boolean;
  readonly previews: number;
  /** Of its making, in milliseconds. */
  readonly durationMs: number;
  readonly fingerprint: string;
}

const CONCURRENT_COPIES = 8;

/** The takes of a variant, the chosen one first, the others by seed. */
export async function listTakes(
  store: ObjectStore,
  address: VariantAddress,
  options: StoreCallOptions = {},
): Promise<Take[]> {
  const chosen = await recordOf(store, address, options);
  const aside: Take[] = [];
  for await (const { record } of listTakeRecords(store, address, options))
    if (record.seed !== chosen?.record.seed) aside.push({ ...record, chosen: false });
  const others = aside.sort((a, b) => a.seed - b.seed);
  return chosen === undefined ? others : [{ ...chosen.record, chosen: true }, ...others];
}

/**
 * Puts the take with this seed in the place of the variant, and the present one aside. What was decided of the present
 * picture does not hold for the other. Throws an InvalidInputError if there is no such take, whole.
 */
export async function chooseTake(
  store: ObjectStore,
  address: VariantAddress,
  seed: number,
  options: StoreCallOptions = {},
): Promise<void> {
  const { cueId, variantId } = address;
  const present = await recordOf(store, address, options);
  const isInPlace = present?.record.seed === seed;
  const take = isInPlace ? present : await requireTake(store, address, seed, options);
  if (present === undefined) await refuseUnrecorded(store, address, take, options);
  // First of all: whatever happens from here on, the show asks for this take.
  const change = { variantId, seed, ...(isInPlace ? {} : { verdict: null }) };
  await changeDecisions(store, address, cueId, [change], options);
  if (isInPlace) return;
  if (present !== undefined) await keepAside(store, address, present, options);
  await copyImage(store, take, { ...address, take: seed }, address, options);
}

/** Deletes a take that nobody wants any more. Refuses the chosen one. */
export async function discardTake(
  store: ObjectStore,
  address: VariantAddress,
  seed: number,
  options: StoreCallOptions = {},
): Promise<void> {
  if ((await recordOf(store, address, options))?.record.seed === seed)
    throw refusal(address, `take ${seed} is the chosen one: choose another one first`);
  const at = { ...address, take: seed };
  const keys: string[] = [];
  for await (const { key } of store.list(variantPrefix(at), options)) keys.push(key);
  if (keys.length === 0 && (await recordOf(store, at, options)) === undefined)
    throw refusal(address, await sentenceOfTakes(store, address, seed, options));
  await withdraw(store, at, options);
  for (const key of keys) await store.delete(key, options);
}

async function requireTake(
  store: ObjectStore,
  address: VariantAddress,
  seed: number,
  options: StoreCallOptions,
): Promise<RecordedImage> {
  const take = await wholeTake(store, { ...address, take: seed }, options);
  if (take === undefined) throw refusal(address, await sentenceOfTakes(store, address, seed, options));
  return take;
}

/** The take as its record tells of it; undefined if it is not there, or somebody has deleted a part of it. */
async function wholeTake(
  store: ObjectStore,
  address: VariantAddress,
  options: StoreCallOptions,
): Promise<RecordedImage | undefined> {
  const take = await recordOf(store, address, options);
  if (take === undefined) return undefined;
  const { previews } = take.record;
  const kinds = (await namesBelow(store, variantPrefix(address), options)).map(
    (name) => parseObjectName(name)?.kind,
  );
  const steps = kinds.filter((kind) => kind === 'step').length;
  const isWhole =
    kinds.includes('final') && steps === previews && (previews === 0 || kinds.includes('timing'));
  return isWhole ? take : undefined;
}

async function sentenceOfTakes(
  store: ObjectStore,
  address: VariantAddress,
  seed: number,
  options: StoreCallOptions,
): Promise<string> {
  const seeds = (await listTakes(store, address, options)).map((take) => take.seed);
  const known = seeds.length === 0 ? 'it has none' : `it has ${seeds.join(', ')}`;
  return `variant ${address.variantId} has no take with seed ${seed} that is whole: ${known}`;
}

/**
 * An image of an earlier version would be lost: nobody knows which take it is. One that a choice of this very take has left
 * half replaced is none.
 */
async function refuseUnrecorded(
  store: ObjectStore,
  address: VariantAddress,
  { record }: RecordedImage,
  options: StoreCallOptions,
): Promise<void> {
  const decided = (await readCueDecisions(store, address, address.cueId, options)).get(address.variantId);
  if (decided?.seed === record.seed) return;
  const isThere = async (key: string) => (await store.head(key, options)) !== undefined;
  if (!(await isThere(finalKey(address)))) return;
  if (record.previews > 0 && !(await isThere(timingKey(address)))) return;
  throw refusal(
    address,
    `the present image of variant ${address.variantId} is of an earlier version and would be lost: "pregen show audit FILE --adopt" first`,
  );
}

/** A copy that is there already, of the very same picture, is good. */
async function keepAside(
  store: ObjectStore,
  address: VariantAddress,
  present: RecordedImage,
  options: StoreCallOptions,
): Promise<void> {
  const aside = { ...address, take: present.record.seed };
  // It was deleted by hand: there is nothing to keep.
  if ((await store.head(finalKey(address), options)) === undefined) return;
  const kept = await wholeTake(store, aside, options);
  if (kept?.record.fingerprint !== present.record.fingerprint)
    await copyImage(store, present, address, aside, options);
}

/** Previews and final image side by side, then timing.json, the record last. What lay there of another image goes. */
async function copyImage(
  store: ObjectStore,
  { key }: RecordedImage,
  from: VariantAddress,
  to: VariantAddress,
  options: StoreCallOptions,
): Promise<void> {
  const body: ImageRecordBody = JSON.parse((await store.get(key, options)).toString('utf8'));
  const names = await namesBelow(store, variantPrefix(from), options);
  const pictures = names.filter((name) => parseObjectName(name)?.kind !== 'timing');
  await withdraw(store, to, options);
  const limit = pLimit(CONCURRENT_COPIES);
  const copy = (name: string) => store.copy(variantPrefix(from) + name, variantPrefix(to) + name, options);
  await Promise.all(pictures.map((name) => limit(() => copy(name))));
  for (const name of await namesBelow(store, variantPrefix(to), options))
    if (!pictures.includes(name)) await store.delete(variantPrefix(to) + name, options);
  if ((await recordOf(store, from, options))?.key !== key)
    throw new Error(`the image at ${variantPrefix(from)} was made anew while it was copied`);
  if (names.length > pictures.length) await store.copy(timingKey(from), timingKey(to), options);
  await writeRecord(store, to, body, options);
}

/** Names of the objects of the contract. */
async function namesBelow(store: ObjectStore, prefix: string, options: StoreCallOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of store.list(prefix, options)) {
    const name = key.slice(prefix.length);
    if (parseObjectName(name) !== undefined) names.push(name);
  }
  return names;
}

const refusal = ({ cueId }: VariantAddress, message: string): InvalidInputError =>
  new InvalidInputError('take', [{ where: `cue ${cueId}`, message }]);
