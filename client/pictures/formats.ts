/**
 * The formats a film can have, by file extension: how each counts time and how it is written.
 */
import { writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { writeMp4 } from './mp4.js';

export interface FilmFormat {
  readonly unitMs: number;
  readonly shortestMs: number;
  /** Writes pictures (PNG, one size) with their durations; loops unless `loop` is false. */
  write(
    path: string,
    pictures: readonly Buffer[],
    durationsMs: readonly number[],
    loop: boolean,
  ): Promise<void>;
}

/** Browsers turn delays of 10 ms and less into 100 ms. */
const SHORTEST_ANIMATED_MS = 20;
/** Video frames shorter than a sixtieth of a second are on no projector. */
const SHORTEST_VIDEO_MS = 17;
const WEBP_QUALITY = 85;

const FORMATS: Readonly<Record<string, FilmFormat>> = {
  '.webp': {
    unitMs: 1,
    shortestMs: SHORTEST_ANIMATED_MS,
    write: async (path, pictures, delay, loop) =>
      writeFile(
        path,
        await animated(pictures)
          .webp({ quality: WEBP_QUALITY, ...paceOf(delay, loop) })
          .toBuffer(),
      ),
  },
  '.gif': {
    // GIF counts hundredths of a second.
    unitMs: 10,
    shortestMs: SHORTEST_ANIMATED_MS,
    write: async (path, pictures, delay, loop) =>
      writeFile(path, await animated(pictures).gif(paceOf(delay, loop)).toBuffer()),
  },
  '.mp4': { unitMs: 1, shortestMs: SHORTEST_VIDEO_MS, write: writeMp4 },
};

export const FILM_EXTENSIONS = Object.keys(FORMATS);

/** The format of an extension such as `.webp`; undefined for one that is none. */
export const filmFormat = (extension: string): FilmFormat | undefined => FORMATS[extension.toLowerCase()];

/** A single picture is a still: there is nothing to join. */
function animated(pictures: readonly Buffer[]): Sharp {
  const [first] = pictures;
  return pictures.length === 1 ? sharp(first) : sharp([...pictures], { join: { animated: true } });
}

/** Sharp counts loops, of which 0 means for ever; a still has no pace. */
const paceOf = (delay: readonly number[], loop: boolean): { delay?: number[]; loop?: number } =>
  delay.length === 1 ? {} : { delay: [...delay], loop: loop ? 0 : 1 };
