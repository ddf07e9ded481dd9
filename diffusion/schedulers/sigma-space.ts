/**
 * Latents as Euler and its relatives hold them: picture + sigma · noise. The model sees them scaled to unit variance;
 * its output gives the picture, and the picture the derivative along sigma (arXiv 2206.00364, algorithm 1).
 */
import type { PredictionType } from './prediction.js';
import { combine } from './schedule.js';

const f32 = Math.fround;

/** Standard deviation of latents whose picture has variance 1. */
export function scaleOf(sigma: number): number {
  return f32(Math.sqrt(f32(f32(sigma * sigma) + 1)));
}

/** `init_noise_sigma`: at full noise, except where the first timesteps are left out. */
export function firstNoise(spacing: string, sigmas: ArrayLike<number>): number {
  const highest = Array.from(sigmas).reduce((max, sigma) => Math.max(max, sigma), 0);
  return spacing === 'leading' ? scaleOf(highest) : highest;
}

/** `scale_model_input`; a new array. */
export function scaledInput(sigma: number, latents: Float32Array): Float32Array {
  const scale = scaleOf(sigma);
  const scaled = new Float32Array(latents.length);
  for (let i = 0; i < scaled.length; i++) scaled[i] = (latents[i] ?? 0) / scale;
  return scaled;
}

/** The picture that the output speaks of; a new array. */
export function pictureOf(
  type: PredictionType,
  sigma: number,
  latents: Float32Array,
  output: Float32Array,
): Float32Array {
  switch (type) {
    case 'epsilon':
      return combine(1, latents, -sigma, output);
    case 'v_prediction':
      return fromVelocity(sigma, latents, output);
    case 'sample':
      return output.slice();
  }
}

/** (latents - picture) / sigma in float32; a new array. */
export function derivativeOf(latents: Float32Array, picture: Float32Array, sigma: number): Float32Array {
  const derivative = new Float32Array(latents.length);
  for (let i = 0; i < derivative.length; i++)
    derivative[i] = f32((latents[i] ?? 0) - (picture[i] ?? 0)) / sigma;
  return derivative;
}

/** From one sigma to another along the derivative; a new array. */
export function along(
  latents: Float32Array,
  derivative: Float32Array,
  from: number,
  to: number,
): Float32Array {
  return combine(1, latents, to - from, derivative);
}

/** The sigma to step down to and the noise to add, so that both together give `to`: ancestral sampling. */
export function ancestral(from: number, to: number): { down: number; up: number } {
  const [from2, to2] = [f32(from * from), f32(to * to)];
  const up = f32(Math.sqrt(f32(f32(to2 * f32(from2 - to2)) / from2)));
  return { up, down: f32(Math.sqrt(f32(to2 - f32(up * up)))) };
}

function fromVelocity(sigma: number, latents: Float32Array, output: Float32Array): Float32Array {
  const variance = f32(f32(sigma * sigma) + 1);
  const factor = f32(-sigma / f32(Math.sqrt(variance)));
  const picture = new Float32Array(latents.length);
  for (let i = 0; i < picture.length; i++)
    picture[i] = f32((output[i] ?? 0) * factor) + f32((latents[i] ?? 0) / variance);
  return picture;
}
