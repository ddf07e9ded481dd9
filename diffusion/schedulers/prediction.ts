/**
 * What a model's output means (`prediction_type`): the noise, the velocity v (arXiv 2202.00512) or the picture
 * itself, for latents x = signal · picture + noise level · noise.
 */
import { combine, type Schedule } from './schedule.js';

const f32 = Math.fround;

export const PREDICTION_TYPES = ['epsilon', 'v_prediction', 'sample'] as const;
export type PredictionType = (typeof PREDICTION_TYPES)[number];

/** How much of the picture and of the noise is in the latents; their squares add up to 1. */
export interface Level {
  readonly signal: number;
  readonly noise: number;
}

/** Level at a product of 1 - beta, in float32. */
export function levelOf(alphaCumprod: number): Level {
  return { signal: f32(Math.sqrt(alphaCumprod)), noise: f32(Math.sqrt(f32(1 - alphaCumprod))) };
}

/** Of a schedule whose latents are `signal · picture + noise level · noise` at each step, and are shown to the model as they are. */
export const variancePreserving = (
  level: (index: number) => Level,
): Pick<Schedule, 'initialNoise' | 'modelInput' | 'addNoise'> => ({
  initialNoise: 1,
  modelInput: (_, latents) => latents,
  addNoise: (index, sample, noise) => combine(level(index).signal, sample, level(index).noise, noise),
});

/** The picture that the output speaks of; a new array. */
export function predictedSample(
  type: PredictionType,
  { signal, noise }: Level,
  latents: Float32Array,
  output: Float32Array,
): Float32Array {
  switch (type) {
    case 'epsilon':
      return withoutNoise(latents, noise, output, signal);
    case 'v_prediction':
      return combine(signal, latents, -noise, output);
    case 'sample':
      return output.slice();
  }
}

/** The noise that the output speaks of; a new array. @param sample the picture, as predicted */
export function predictedNoise(
  type: PredictionType,
  { signal, noise }: Level,
  latents: Float32Array,
  output: Float32Array,
  sample: Float32Array,
): Float32Array {
  switch (type) {
    case 'epsilon':
      return output;
    case 'v_prediction':
      return combine(signal, output, noise, latents);
    case 'sample':
      return withoutNoise(latents, signal, sample, noise);
  }
}

/** (latents - part · other) / rest in float32; a new array. */
function withoutNoise(latents: Float32Array, part: number, other: Float32Array, rest: number): Float32Array {
  const left = new Float32Array(latents.length);
  for (let i = 0; i < left.length; i++) left[i] = f32((latents[i] ?? 0) - f32(part * (other[i] ?? 0))) / rest;
  return left;
}

/** `clip_sample`: in place. */
export function clip(sample: Float32Array, range: number | undefined): Float32Array {
  if (range === undefined) return sample;
  for (let i = 0; i < sample.length; i++) sample[i] = Math.min(range, Math.max(-range, sample[i] ?? 0));
  return sample;
}
