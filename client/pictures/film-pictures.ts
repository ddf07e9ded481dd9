/**
 * The pictures of a film, all of one size: read from the store, enlarged to the final image's proportions, black
 * where one is missing or damaged.
 */
import pLimit from 'p-limit';
import sharp from 'sharp';
import { finalKey, timingKey, type VariantAddress, variantPrefix } from '../../domain/object-keys.js';
import { type Timeline, timelineOf, UNTIMED } from '../../replay/timeline.js';
import { type ObjectStore, unlessAbsent } from '../../storage/object-store.js';
import type { FilmFrame } from './film-frames.js';

export interface FilmSize {
  readonly width: number;
  readonly height: number;
}

/** Pictures read at once. */
const CONCURRENT_READS = 8;

/** The variant's timeline; without `timing.json` a film of one picture. */
export async function readTimeline(store: ObjectStore, address: VariantAddress): Promise<Timeline> {
  const timing = await unlessAbsent(store.get(timingKey(address)));
  try {
    return timing === undefined ? UNTIMED : timelineOf(JSON.parse(timing.toString('utf8')));
  } catch {
    return UNTIMED;
  }
}

/**
 * The size of the film: the final image's, its longer edge at most `pixels`, both even because video needs that.
 * Throws what the store throws if there is no final image, and sharp's error if it is damaged.
 */
export async function filmSize(
  store: ObjectStore,
  address: VariantAddress,
  pixels: number,
): Promise<FilmSize> {
  const { width, height } = await sharp(await store.get(finalKey(address))).metadata();
  const scale = Math.min(1, pixels / Math.max(width, height));
  const even = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  return { width: even(width), height: even(height) };
}

/** One PNG per frame. */
export function readPictures(
  store: ObjectStore,
  address: VariantAddress,
  frames: readonly FilmFrame[],
  size: FilmSize,
): Promise<Buffer[]> {
  const limit = pLimit(CONCURRENT_READS);
  return Promise.all(frames.map(({ file }) => limit(() => readPicture(store, address, file, size))));
}

async function readPicture(
  store: ObjectStore,
  address: VariantAddress,
  file: string | undefined,
  size: FilmSize,
): Promise<Buffer> {
  const stored =
    file === undefined ? undefined : await unlessAbsent(store.get(variantPrefix(address) + file));
  return (stored && (await fitted(stored, size))) ?? blackPicture(size);
}

const fitted = (picture: Buffer, { width, height }: FilmSize): Promise<Buffer | undefined> =>
  sharp(picture, { failOn: 'error' })
    .resize({ width, height, fit: 'contain', background: '#000' })
    .removeAlpha()
    .toColourspace('srgb')
    .png({ compressionLevel: 1 })
    .toBuffer()
    .catch(() => undefined);

const blackPicture = ({ width, height }: FilmSize): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#000' } })
    .png({ compressionLevel: 1 })
    .toBuffer();
