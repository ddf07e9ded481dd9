/**
 * KDPM2DiscreteScheduler and KDPM2AncestralDiscreteScheduler of diffusers (DPM-Solver-2, arXiv 2206.00927, as
 * arXiv 2206.00364 has it): a step of Euler's method to the geometric mean of two sigmas, where the model is asked again,
 * and the whole step along the derivative there. The last step is Euler's alone, so there are 2 · steps - 1 evaluations,
 * each of which counts as an iteration. Between the two, history is the latents at the step's start.
 */
import type { PredictionType } from './prediction.js';
import { combine, type Evaluation, type Schedule } from './schedule.js';
import { along, ancestral, derivativeOf, firstNoise, pictureOf, scaledInput } from './sigma-space.js';
import { type SigmaConfig, spacedLevels, timestepsOf, trainingSigmas } from './sigmas.js';

const f32 = Math.fround;

export interface Dpm2Config extends SigmaConfig {
  readonly prediction: Exclude<PredictionType, 'sample'>;
  readonly ancestral: boolean;
}

/** A step from one sigma to another, by way of one between them; 0 where the step ends there. */
interface Leg {
  readonly from: number;
  readonly middle: number;
  readonly to: number;
  /** Noise that is added at its end. */
  readonly up: number;
}

export function dpm2Schedule(config: Dpm2Config, steps: number): Schedule {
  const { sigmas, timesteps } = spacedLevels(config, steps);
  const legs = legsOf(config, Float32Array.from([...sigmas, 0]));
  const legOf = (index: number): Leg => legs[Math.floor(index / 2)] ?? { from: 0, middle: 0, to: 0, up: 0 };
  const sigma = (index: number) => (index % 2 === 0 ? legOf(index).from : legOf(index).middle);
  const slope = ({ index, latents, output }: Evaluation) => {
    const picture = pictureOf(config.prediction, sigma(index), latents, output);
    return derivativeOf(latents, picture, sigma(index));
  };
  return {
    timesteps: allTimesteps(config, timesteps, legs),
    initialNoise: firstNoise(config.spacing, Float32Array.from(sigmas)),
    modelInput: (index, latents) => scaledInput(sigma(index), latents),
    addNoise: (index, sample, noise) => combine(1, sample, sigma(index), noise),
    drawsNoise: (index) => config.ancestral && index % 2 === 1,
    historyLength: (done) => done % 2,
    denoised: ({ index, latents, output }) => pictureOf(config.prediction, sigma(index), latents, output),
    step(input) {
      const { from, middle, to, up } = legOf(input.index);
      const [start] = input.history;
      if (start === undefined)
        return { latents: along(input.latents, slope(input), from, middle), history: [input.latents] };
      const next = along(start, slope(input), from, to);
      return { latents: config.ancestral ? combine(1, next, up, input.noise()) : next, history: [] };
    },
  };
}

/** @param sigmas with the terminal 0 */
function legsOf(config: Dpm2Config, sigmas: Float32Array): Leg[] {
  return Array.from(sigmas.subarray(0, -1), (from, i) => {
    const next = sigmas[i + 1] ?? 0;
    const { down, up } = config.ancestral ? ancestral(from, next) : { down: next, up: 0 };
    return { from, middle: next === 0 ? 0 : geometricMean(from, down), to: down, up };
  });
}

/** In float32, by way of logarithms. */
function geometricMean(a: number, b: number): number {
  const [first, second] = [f32(Math.log(a)), f32(Math.log(b))];
  return f32(Math.exp(f32(second - f32(f32(second - first) * 0.5))));
}

/** Each step's own, and between two of them that of the sigma between them. */
function allTimesteps(
  { alphasCumprod }: Dpm2Config,
  whole: Float32Array,
  legs: readonly Leg[],
): Float32Array {
  const middles = legs.map(({ middle }) => middle);
  const between = timestepsOf(middles, trainingSigmas(alphasCumprod));
  const both = middles.flatMap((_, i) => [whole[i] ?? 0, between[i] ?? 0]);
  return Float32Array.from(both.slice(0, -1));
}
