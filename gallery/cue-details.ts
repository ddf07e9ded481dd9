/**
 * What only the images themselves say of a cue: which seed each was made from. Reading them takes a while in a large store, so
 * it is done when somebody asks, and each content of an image is read once.
 */
import pLimit from 'p-limit';
import { finalKey, type VariantAddress } from '../domain/object-keys.js';
import { type ObjectStore, StoreError } from '../storage/object-store.js';
import { parseParameters } from './parameters.js';
import { readPngTexts } from './png-text.js';
import type { CueDetails, CueEntry } from './show-index.js';

/** Leaves room for the thumbnails that the same page waits for. */
const CONCURRENT_READS = 2;
/** A number for each image of the largest show. */
const MAX_REMEMBERED = 1_000_000;

export class DetailsReader {
  private readonly limit = pLimit(CONCURRENT_READS);
  /** By key and stamp; undefined for an image that names none. */
  private readonly known = new Map<string, number | undefined>();

  constructor(private readonly store: Pick<ObjectStore, 'get'>) {}

  /** Throws what the store throws, save that an image is gone. */
  async read(
    address: Omit<VariantAddress, 'variantId'>,
    { variants }: CueEntry,
    signal?: AbortSignal,
  ): Promise<CueDetails> {
    const found = await Promise.all(
      variants
        .filter(([, , stamp]) => stamp !== '')
        .map(([variantId, , stamp]) =>
          this.limit(async () => {
            signal?.throwIfAborted();
            return [variantId, await this.seedOf(finalKey({ ...address, variantId }), stamp)] as const;
          }),
        ),
    );
    return { seeds: found.flatMap(([id, seed]) => (seed === undefined ? [] : [[id, seed] as const])) };
  }

  private async seedOf(key: string, stamp: string): Promise<number | undefined> {
    const name = `${key}?${stamp}`;
    if (this.known.has(name)) return this.known.get(name);
    const seed = seedIn(await textOf(this.store, key));
    if (this.known.size >= MAX_REMEMBERED) this.known.clear();
    this.known.set(name, seed);
    return seed;
  }
}

async function textOf(store: Pick<ObjectStore, 'get'>, key: string): Promise<string> {
  try {
    const png = Uint8Array.from(await store.get(key));
    return (await readPngTexts(png.buffer)).get('parameters') ?? '';
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'not-found') return '';
    throw error;
  }
}

function seedIn(parameters: string): number | undefined {
  const value = parseParameters(parameters).settings.find(([name]) => name === 'Seed')?.[1];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
