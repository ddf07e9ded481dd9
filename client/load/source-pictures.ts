/**
 * The pictures that image-to-image programs start from: read, recognised as pictures and named by their digest, so
 * that what goes into the store is exactly what was checked.
 */

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Size } from '../../domain/picture-size.js';
import { InvalidInputError, type Problem } from '../../domain/problems.js';
import type { ShowFile } from '../../domain/show-file.js';
import { MAX_PICTURE_BYTES } from '../../files/read-regular-file.js';
import { readBytes } from './read-input.js';

export interface SourcePicture {
  readonly path: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** MIME type. */
  readonly contentType: string;
  /** In pixels, turned upright. */
  readonly size: Size;
}

/** Pictures by program name, and what is wrong with those that cannot be used. */
export async function readSourcePictures(
  show: ShowFile,
  showDirectory: string,
): Promise<{ pictures: ReadonlyMap<string, SourcePicture>; problems: readonly Problem[] }> {
  const pictures = new Map<string, SourcePicture>();
  const problems: Problem[] = [];
  for (const [program, { image }] of Object.entries(show.programs)) {
    if (image === undefined) continue;
    const picture = await readPicture(resolve(showDirectory, image));
    if (typeof picture === 'string') problems.push({ where: `programs.${program}.image`, message: picture });
    else pictures.set(program, picture);
  }
  return { pictures, problems };
}

async function readPicture(path: string): Promise<SourcePicture | string> {
  try {
    const bytes = await readBytes(path, 'image', MAX_PICTURE_BYTES);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { path, bytes, sha256, ...(await look(bytes)) };
  } catch (error) {
    if (error instanceof InvalidInputError)
      return error.problems.map(({ where, message }) => `${where} ${message}`).join('; ');
    return `${path} ${pictureProblem(error)}`;
  }
}

/**
 * Throws what sharp has against the picture, which is decoded to its last pixel: what is damaged would fail on the GPU, with every
 * variant. Sharp is loaded only for shows that have pictures: it is most of a command's start-up time.
 */
async function look(bytes: Buffer): Promise<Pick<SourcePicture, 'contentType' | 'size'>> {
  const { default: sharp } = await import('sharp');
  const { format, autoOrient: size } = await sharp(bytes).metadata();
  await sharp(bytes).resize(1, 1).raw().toBuffer();
  return { contentType: `image/${format === 'svg' ? 'svg+xml' : format}`, size };
}

function pictureProblem(error: unknown): string {
  const reason = error instanceof Error ? error.message : '';
  if (/pixel limit/i.test(reason)) return 'has more pixels than are decoded (268 million)';
  if (/unsupported image format|no known/i.test(reason)) return 'is not a picture that can be read';
  return `is cut short or damaged (${reason.split('\n')[0]})`;
}
