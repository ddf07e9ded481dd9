/**
 * EulerDiscreteScheduler and EulerAncestralDiscreteScheduler of diffusers (arXiv 2206.00364, algorithm 2, without
 * churn; ancestral: with fresh noise after every step). Both step along sigma = noise / signal and let the model see
 * latents of unit variance.
 */
import type { PredictionType } from './prediction.js';
import { combine, type Evaluation, type Schedule } from './schedule.js';
import { karrasSigmas, sigmasAt, timestepOf, trainingSigmas } from './sigmas.js';
import { fractionalTimesteps, type SpacingConfig } from './timesteps.js';

const f32 = Math.fround;

export interface EulerConfig extends SpacingConfig {
  readonly prediction: PredictionType;
  readonly alphasCumprod: Float32Array;
  readonly ancestral: boolean;
  /** Sigmas on Karras et al.'s curve instead of those of the timesteps, between these two where they are given. */
  readonly karras: { readonly lowest: number | undefined; readonly highest: number | undefined } | undefined;
  /** The model is told 0.25 · ln(sigma) instead of a training timestep. */
  readonly continuous: boolean;
  /** What follows the last sigma: nothing, or the lowest sigma of the training. */
  readonly final: 'zero' | 'sigma_min';
}

export function eulerSchedule(config: EulerConfig, steps: number): Schedule {
  const { sigmas, timesteps } = sigmasOf(config, steps);
  const at = (index: number) => sigmas[index] ?? 0;
  const denoised = ({ index, latents, output }: Evaluation) =>
    pictureOf(config.prediction, at(index), latents, output);
  const highest = sigmas.reduce((max, sigma) => Math.max(max, sigma), 0);
  return {
    timesteps,
    initialNoise: config.spacing === 'leading' ? scaleOf(highest) : highest,
    modelInput: (index, latents) => {
      const scale = scaleOf(at(index));
      const scaled = new Float32Array(latents.length);
      for (let i = 0; i < scaled.length; i++) scaled[i] = (latents[i] ?? 0) / scale;
      return scaled;
    },
    addNoise: (index, sample, noise) => combine(1, sample, at(index), noise),
    drawsNoise: () => config.ancestral,
    historyLength: () => 0,
    denoised,
    step({ index, latents, output, noise }) {
      const sigma = at(index);
      const { down, up } = config.ancestral ? split(sigma, at(index + 1)) : { down: at(index + 1), up: 0 };
      const sample = denoised({ index, latents, output });
      const dt = f32(down - sigma);
      const next = new Float32Array(latents.length);
      for (let i = 0; i < next.length; i++) {
        const x = latents[i] ?? 0;
        next[i] = x + f32(f32(f32(x - (sample[i] ?? 0)) / sigma) * dt);
      }
      if (!config.ancestral) return { latents: next, history: [] };
      return { latents: combine(1, next, up, noise()), history: [] };
    },
  };
}

function sigmasOf(config: EulerConfig, steps: number): { sigmas: Float32Array; timesteps: Float32Array } {
  const training = trainingSigmas(config.alphasCumprod);
  const spaced = fractionalTimesteps(config, steps);
  const plain = sigmasAt(spaced, training);
  const { karras } = config;
  const chosen =
    karras === undefined
      ? plain
      : karrasSigmas(karras.highest ?? plain[0] ?? 0, karras.lowest ?? plain.at(-1) ?? 0, steps);
  const last = config.final === 'zero' ? 0 : (training[0] ?? 0);
  const sigmas = Float32Array.from([...chosen, last]);
  if (config.continuous)
    return { sigmas, timesteps: sigmas.slice(0, -1).map((s) => 0.25 * f32(Math.log(s))) };
  if (karras === undefined) return { sigmas, timesteps: spaced };
  return { sigmas, timesteps: Float32Array.from(chosen, (sigma) => timestepOf(sigma, training)) };
}

/** Standard deviation of latents whose picture has variance 1. */
function scaleOf(sigma: number): number {
  return f32(Math.sqrt(f32(f32(sigma * sigma) + 1)));
}

/** The sigma to step down to and the noise to add, so that both together give `to`. */
function split(from: number, to: number): { down: number; up: number } {
  const [from2, to2] = [f32(from * from), f32(to * to)];
  const up = f32(Math.sqrt(f32(f32(to2 * f32(from2 - to2)) / from2)));
  return { up, down: f32(Math.sqrt(f32(to2 - f32(up * up)))) };
}

function pictureOf(
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

function fromVelocity(sigma: number, latents: Float32Array, output: Float32Array): Float32Array {
  const variance = f32(f32(sigma * sigma) + 1);
  const factor = f32(-sigma / f32(Math.sqrt(variance)));
  const picture = new Float32Array(latents.length);
  for (let i = 0; i < picture.length; i++)
    picture[i] = f32((output[i] ?? 0) * factor) + f32((latents[i] ?? 0) / variance);
  return picture;
}
