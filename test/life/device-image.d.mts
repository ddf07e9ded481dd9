import type { Latents, RgbImage } from '../../diffusion/index.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Latents after a step (from 1), as SDXL has them: 4 channels, an eighth of the size. */
export function latentsOf(seed: number, step: number, size: Size): Latents;
export function pictureOf(seed: number, size: Size): RgbImage;
export const MODEL: { readonly digest: string; readonly scheduler: string };
