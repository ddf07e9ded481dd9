/**
 * The picture that image-to-image starts from: fetched from the store, checked against its digest, decoded, and laid
 * beside the rendition for the engine process to read.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { SourceImage } from '../../domain/rendition.js';
import type { RawImageFile } from '../../engine/engine.js';
import { decodePicture } from '../../engine/files/png.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { invalidRequest, storeFailed } from '../failures.js';

/** Writes the picture's pixels to `path`. Throws a StoreError, or a failure when the picture cannot be the right one. */
export async function fetchSourceImage(
  store: Pick<ObjectStore, 'get'>,
  { key, sha256 }: SourceImage,
  path: string,
  { subject, signal }: { subject: string; signal: AbortSignal },
): Promise<RawImageFile> {
  const bytes = await store.get(key, { signal });
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    // Mostly an answer that was cut short on its way. What has really changed is mended by storing it anew: it goes on then.
    throw storeFailed(
      subject,
      `the picture ${key} is not what was stored: expected SHA-256 ${sha256}, found ${found}. It is read again; if it goes on, start the show again to store it anew.`,
    );
  }
  const { data, width, height } = await decodePicture(bytes).catch((error: Error) => {
    throw invalidRequest(subject, `the picture ${key} cannot be read (${error.message}). Use a PNG or JPEG.`);
  });
  await writeFile(path, data);
  return { path, width, height };
}
