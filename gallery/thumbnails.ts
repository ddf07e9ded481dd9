/**
 * Small pictures of large ones, made once and kept on this machine's disk. The name of a cached file says which
 * content of which object it was made from, so nothing ever has to be invalidated; the folder may be deleted any time.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import sharp from 'sharp';
import type { ObjectStore } from '../storage/object-store.js';

/** Twice the largest tile of the contact sheet, for dense screens. */
const THUMBNAIL_PIXELS = 320;
/** WebP quality: a quarter of the bytes of a PNG and no visible difference at this size. */
const THUMBNAIL_QUALITY = 78;
/** A final image of 8192×8192 is the largest that a program may ask for. */
const MAX_INPUT_PIXELS = 8192 * 8192;

export const THUMBNAIL_CONTENT_TYPE = 'image/webp';

/** The stored bytes are no image that can be read. */
export class DamagedImageError extends Error {
  override readonly name = 'DamagedImageError';

  constructor(
    readonly key: string,
    options: ErrorOptions,
  ) {
    super(`"${key}" is not an image that can be read`, options);
  }
}

export class Thumbnails {
  private readonly underWay = new Map<string, Promise<Buffer>>();
  private readonly limit = pLimit(availableParallelism());

  /** @param folder where they are kept */
  constructor(
    private readonly store: Pick<ObjectStore, 'get' | 'description'>,
    private readonly folder: string,
  ) {}

  /**
   * The thumbnail (WebP) of the image at `key`; `stamp` tells one content of the key from another.
   * Throws DamagedImageError, and what the store throws.
   */
  get(key: string, stamp: string): Promise<Buffer> {
    const path = this.pathOf(key, stamp);
    const making = this.underWay.get(path) ?? this.find(path, key).finally(() => this.underWay.delete(path));
    this.underWay.set(path, making);
    return making;
  }

  /** The same, made anew and kept nowhere. */
  fresh(key: string): Promise<Buffer> {
    return this.limit(async () => makeThumbnail(key, await this.store.get(key)));
  }

  private async find(path: string, key: string): Promise<Buffer> {
    const cached = await readFile(path).catch(() => undefined);
    return cached ?? this.limit(() => this.make(path, key));
  }

  private async make(path: string, key: string): Promise<Buffer> {
    const thumbnail = await makeThumbnail(key, await this.store.get(key));
    await keep(path, thumbnail).catch(() => undefined);
    return thumbnail;
  }

  private pathOf(key: string, stamp: string): string {
    const facts = [this.store.description, key, stamp, THUMBNAIL_PIXELS, THUMBNAIL_QUALITY];
    const name = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
    return join(this.folder, name.slice(0, 2), `${name}.webp`);
  }
}

/** The thumbnail of an image; throws DamagedImageError naming `key`. */
export async function makeThumbnail(key: string, image: Buffer): Promise<Buffer> {
  try {
    return await sharp(image, { failOn: 'error', limitInputPixels: MAX_INPUT_PIXELS })
      .resize({
        width: THUMBNAIL_PIXELS,
        height: THUMBNAIL_PIXELS,
        fit: 'inside',
        withoutEnlargement: true,
      })
      .webp({ quality: THUMBNAIL_QUALITY })
      .toBuffer();
  } catch (cause) {
    throw new DamagedImageError(key, { cause });
  }
}

/** A full or read-only disk only costs speed. */
async function keep(path: string, thumbnail: Buffer): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(partial, thumbnail);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
