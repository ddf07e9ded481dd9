/**
 * The seeds that the images of a cue were made from: read from their records or, for images stored before there were records, from
 * the images themselves. Opening images takes a while in a large store, so it is done on request, and once for each content.
 */
import pLimit from 'p-limit';
import type { ImageRecord } from '../domain/image-record.js';
import { finalKey, type ShowAddress } from '../domain/object-keys.js';
import { type ObjectStore, unlessAbsent } from '../storage/object-store.js';
import { parseParameters } from './parameters.js';
import { readPngTexts } from './png-text.js';
import type { CueDetails, CueEntry, ShowSeeds } from './show-index.js';

/** Leaves room for the thumbnails that the same page waits for. */
const CONCURRENT_READS = 2;
/** A number for each image of the largest show. */
const MAX_REMEMBERED = 1_000_000;

/** Records of a cue by variant; undefined while an image is being replaced. */
type Records = ReadonlyMap<number, ImageRecord | undefined>;

/** The seeds that the records of a show name. @param records by cue id and variant */
export const seedsOf = (records: ReadonlyMap<string, Records>): ShowSeeds => ({
  cues: [...records].map(([cueId, ofCue]) => [
    cueId,
    [...ofCue].flatMap(([id, record]) => (record === undefined ? [] : [[id, record.seed] as const])),
  ]),
});

export class DetailsReader {
  private readonly limit = pLimit(CONCURRENT_READS);
  /** By key and stamp; undefined for an image that names no seed. */
  private readonly known = new Map<string, number | undefined>();

  constructor(private readonly store: ObjectStore) {}

  /** An image that is gone has no seed. Throws the store's errors for everything else. */
  async read(
    show: ShowAddress,
    { cueId, variants }: CueEntry,
    records: Records,
    signal: AbortSignal,
  ): Promise<CueDetails> {
    const found = await Promise.all(
      variants.map(async ([variantId, , stamp]) => {
        const key = finalKey({ ...show, cueId, variantId });
        const recorded = records.get(variantId)?.seed;
        const seed = recorded ?? (stamp === '' ? undefined : await this.seedIn(key, stamp, signal));
        return [variantId, seed] as const;
      }),
    );
    return { seeds: found.flatMap(([id, seed]) => (seed === undefined ? [] : [[id, seed] as const])) };
  }

  private async seedIn(key: string, stamp: string, signal: AbortSignal): Promise<number | undefined> {
    const name = `${key}?${stamp}`;
    if (this.known.has(name)) return this.known.get(name);
    const seed = await this.limit(async () => {
      signal.throwIfAborted();
      return seedOf(await parametersOf(this.store, key));
    });
    if (this.known.size >= MAX_REMEMBERED) this.known.clear();
    this.known.set(name, seed);
    return seed;
  }
}

async function parametersOf(store: Pick<ObjectStore, 'get'>, key: string): Promise<string> {
  const stored = await unlessAbsent(store.get(key));
  if (stored === undefined) return '';
  return (await readPngTexts(Uint8Array.from(stored).buffer)).get('parameters') ?? '';
}

function seedOf(parameters: string): number | undefined {
  const value = parseParameters(parameters).settings.find(([name]) => name === 'Seed')?.[1];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
