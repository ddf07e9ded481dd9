/** The stand-in device's results: numbers that depend on the seed only, so that a test knows every byte in advance. */
import type { Latents, RgbImage } from '../../diffusion/index.js';
import { seededRandom } from '../support/seeded-random.mjs';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Latents after a step (from 1), as SDXL has them: 4 channels, an eighth of the size. */
export function latentsOf(seed: number, step: number, { width, height }: Size): Latents {
  const next = seededRandom(seed * 31 + step);
  const size = { channels: 4, height: height / 8, width: width / 8 };
  const data = Float32Array.from({ length: 4 * size.height * size.width }, () => next() * 4 - 2);
  return { ...size, data };
}

export function pictureOf(seed: number, { width, height }: Size): RgbImage {
  const next = seededRandom(seed);
  const data = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(next() * 256));
  return { data, width, height };
}

export const MODEL = { digest: '0'.repeat(64), scheduler: 'EulerDiscreteScheduler' } as const;
