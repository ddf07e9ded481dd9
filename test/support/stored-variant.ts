/**
 * Stored variants with pictures that can be decoded, written without an engine.
 */
import sharp from 'sharp';
import {
  finalKey,
  JSON_CONTENT_TYPE,
  PNG_CONTENT_TYPE,
  stepKey,
  timingKey,
  type VariantAddress,
} from '../../domain/object-keys.js';
import type { ObjectStore } from '../../storage/object-store.js';

/** A grey PNG of this many pixels a side. */
export const png = (side: number): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#808080' } })
    .png()
    .toBuffer();

/** `timing.json` that names these steps. */
export const timing = (steps: readonly number[]): Buffer =>
  Buffer.from(
    JSON.stringify({ stepDurations: Object.fromEntries([...steps, 'final'].map((step) => [step, 10])) }),
  );

/** Numbers from 1 to `last`. */
export const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

export const putPng = async (store: ObjectStore, key: string, side: number): Promise<void> =>
  store.put(key, await png(side), { contentType: PNG_CONTENT_TYPE });

export const putTiming = (store: ObjectStore, address: VariantAddress, steps: readonly number[]) =>
  store.put(timingKey(address), timing(steps), { contentType: JSON_CONTENT_TYPE });

/** Stores previews of `steps` steps; the final image has `side` pixels, previews an eighth of it. */
export async function putPreviews(
  store: ObjectStore,
  address: VariantAddress,
  steps: number,
  side: number,
): Promise<void> {
  for (const step of upTo(steps)) await putPng(store, stepKey(address, step), side / 8);
}

/** Stores a whole variant; without steps, its final image only. */
export async function putVariant(
  store: ObjectStore,
  address: VariantAddress,
  { steps, side }: { steps?: number; side: number },
): Promise<void> {
  await putPng(store, finalKey(address), side);
  if (steps === undefined) return;
  await putPreviews(store, address, steps, side);
  await putTiming(store, address, upTo(steps));
}
