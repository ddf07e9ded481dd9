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

/**
 * Longest edge in pixels: a tile of the contact sheet on a dense screen, and a large tile of one cue. What is shown larger than
 * that is the image itself.
 */
export const THUMBNAIL_SIZES = [320, 1024] as const;
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

interface Making {
  readonly thumbnail: Promise<Buffer>;
  /** How many requests wait for it. */
  waiting: number;
}

export class Thumbnails {
  private readonly underWay = new Map<string, Making>();
  private readonly limit = pLimit(availableParallelism());

  /** @param folder where they are kept */
  constructor(
    private readonly store: Pick<ObjectStore, 'get' | 'description'>,
    private readonly folder: string,
  ) {}

  /**
   * The thumbnail (WebP) of the image at `key`; `stamp` tells one content of the key from another. What nobody waits for any
   * more when its turn comes is not made. Throws DamagedImageError, what the store throws, and the signal's reason.
   */
  async get(
    key: string,
    stamp: string,
    { pixels = THUMBNAIL_SIZES[0], signal }: { readonly pixels?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Buffer> {
    const path = this.pathOf(key, stamp, pixels);
    const making = this.underWay.get(path) ?? this.begin(path, key, pixels);
    making.waiting += 1;
    signal?.addEventListener('abort', () => (making.waiting -= 1), { once: true });
    return making.thumbnail;
  }

  /** The same, made anew and kept nowhere. */
  fresh(key: string, pixels: number = THUMBNAIL_SIZES[0]): Promise<Buffer> {
    return this.limit(async () => makeThumbnail(key, await this.store.get(key), pixels));
  }

  private begin(path: string, key: string, pixels: number): Making {
    const isWanted = () => making.waiting > 0;
    const thumbnail = this.find(path, key, pixels, isWanted).finally(() => this.underWay.delete(path));
    const making = { thumbnail, waiting: 0 };
    this.underWay.set(path, making);
    return making;
  }

  private async find(path: string, key: string, pixels: number, isWanted: () => boolean): Promise<Buffer> {
    const cached = await readFile(path).catch(() => undefined);
    return cached ?? this.limit(() => (isWanted() ? this.make(path, key, pixels) : gone(key)));
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

function gone(key: string): never {
  throw new Error(`nobody waits for the thumbnail of "${key}" any more`);
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
