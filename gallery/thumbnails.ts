/**
 * Thumbnails of images, made once and cached on this machine's disk. The name of a cached file is a digest of the object's
 * key and content stamp, so no entry is ever outdated; the folder may be deleted at any time.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import sharp from 'sharp';
import type { ObjectStore } from '../storage/object-store.js';

/**
 * Longest edge in pixels: a tile of the contact sheet on a high-density screen, and a large tile of one cue. Larger than that,
 * the page shows the image itself.
 */
export const THUMBNAIL_SIZES = [320, 1024] as const;
/** WebP quality: a quarter of the bytes of a PNG and no visible difference at this size. */
const THUMBNAIL_QUALITY = 78;
/** A program may set at most 8192×8192 pixels. */
const MAX_INPUT_PIXELS = 8192 * 8192;

export const THUMBNAIL_CONTENT_TYPE = 'image/webp';

/** The stored object is not an image that can be decoded. */
export class DamagedImageError extends Error {
  override readonly name = 'DamagedImageError';

  constructor(
    readonly key: string,
    options: ErrorOptions,
  ) {
    super(`"${key}" is not an image that can be read`, options);
  }
}

interface PendingThumbnail {
  readonly thumbnail: Promise<Buffer>;
  /** Number of requests that wait for it. */
  waiting: number;
}

export class Thumbnails {
  private readonly pending = new Map<string, PendingThumbnail>();
  private readonly limit = pLimit(availableParallelism());

  /** @param folder of the cache */
  constructor(
    private readonly store: Pick<ObjectStore, 'get' | 'description'>,
    private readonly folder: string,
  ) {}

  /**
   * The thumbnail (WebP) of the image at `key`; `stamp` tells one content of the key from another. A thumbnail whose requests have
   * all been aborted before its turn is not made. Throws DamagedImageError, and the store's errors.
   */
  async get(
    key: string,
    stamp: string,
    { pixels = THUMBNAIL_SIZES[0], signal }: { readonly pixels?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Buffer> {
    const path = this.pathOf(key, stamp, pixels);
    const pending = this.pending.get(path) ?? this.begin(path, key, pixels);
    pending.waiting += 1;
    signal?.addEventListener('abort', () => (pending.waiting -= 1), { once: true });
    return pending.thumbnail;
  }

  /** The same, made anew and not cached. */
  fresh(key: string, pixels: number = THUMBNAIL_SIZES[0]): Promise<Buffer> {
    return this.limit(async () => makeThumbnail(key, await this.store.get(key), pixels));
  }

  private begin(path: string, key: string, pixels: number): PendingThumbnail {
    const isWanted = () => pending.waiting > 0;
    const thumbnail = this.find(path, key, pixels, isWanted).finally(() => this.pending.delete(path));
    const pending = { thumbnail, waiting: 0 };
    this.pending.set(path, pending);
    return pending;
  }

  private async find(path: string, key: string, pixels: number, isWanted: () => boolean): Promise<Buffer> {
    const cached = await readFile(path).catch(() => undefined);
    return cached ?? this.limit(() => (isWanted() ? this.make(path, key, pixels) : throwAborted(key)));
  }

  private async make(path: string, key: string, pixels: number): Promise<Buffer> {
    const thumbnail = await makeThumbnail(key, await this.store.get(key), pixels);
    await keep(path, thumbnail).catch(() => undefined);
    return thumbnail;
  }

  private pathOf(key: string, stamp: string, pixels: number): string {
    const facts = [this.store.description, key, stamp, pixels, THUMBNAIL_QUALITY];
    const name = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
    return join(this.folder, name.slice(0, 2), `${name}.webp`);
  }
}

/** The thumbnail of an image; throws DamagedImageError naming `key`. */
export async function makeThumbnail(
  key: string,
  image: Buffer,
  pixels: number = THUMBNAIL_SIZES[0],
): Promise<Buffer> {
  try {
    return await sharp(image, { failOn: 'error', limitInputPixels: MAX_INPUT_PIXELS })
      .resize({
        width: pixels,
        height: pixels,
        fit: 'inside',
        withoutEnlargement: true,
      })
      .webp({ quality: THUMBNAIL_QUALITY })
      .toBuffer();
  } catch (cause) {
    throw new DamagedImageError(key, { cause });
  }
}

function throwAborted(key: string): never {
  throw new Error(`all requests for the thumbnail of "${key}" were aborted`);
}

/** Errors are ignored by the caller: a full or read-only disk only costs speed. */
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
