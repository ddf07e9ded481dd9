/**
 * EulerDiscreteScheduler and EulerAncestralDiscreteScheduler of diffusers (arXiv 2206.00364, algorithm 2, without
 * churn; ancestral: with fresh noise after every step). Both step along sigma = noise / signal and let the model see
 * latents of unit variance.
 */
import type { PredictionType } from './prediction.js';
import type { Schedule } from './schedule.js';
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
    addNoise: (index, sample, noise) => sample.map((x, i) => x + f32((noise[i] ?? 0) * at(index))),
    drawsNoise: () => config.ancestral,
    historyLength: () => 0,
    step({ index, latents, output, noise }) {
      const sigma = at(index);
      const { down, up } = config.ancestral ? split(sigma, at(index + 1)) : { down: at(index + 1), up: 0 };
      const sample = pictureOf(config.prediction, sigma, latents, output);
      const dt = f32(down - sigma);
      const next = new Float32Array(latents.length);
      for (let i = 0; i < next.length; i++) {
        const x = latents[i] ?? 0;
        next[i] = x + f32(f32(f32(x - (sample[i] ?? 0)) / sigma) * dt);
      }
      if (!config.ancestral) return { latents: next, history: [] };
      const fresh = noise();
      return { latents: next.map((x, i) => x + f32((fresh[i] ?? 0) * up)), history: [] };
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
    case 'epsilon': {
      const picture = new Float32Array(latents.length);
      for (let i = 0; i < picture.length; i++) picture[i] = (latents[i] ?? 0) - f32(sigma * (output[i] ?? 0));
      return picture;
    }
    case 'v_prediction': {
      const variance = f32(f32(sigma * sigma) + 1);
      const factor = f32(-sigma / f32(Math.sqrt(variance)));
      return latents.map((x, i) => f32((output[i] ?? 0) * factor) + f32(x / variance));
    }
    case 'sample':
      return output;
  }
}
