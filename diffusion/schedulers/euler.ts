/**
 * EulerDiscreteScheduler and EulerAncestralDiscreteScheduler of diffusers (arXiv 2206.00364, algorithm 2, without
 * churn; ancestral: with fresh noise after every step). Both step along sigma = noise / signal and let the model see
 * latents of unit variance.
 */
import type { PredictionType } from './prediction.js';
import { combine, type Evaluation, type Schedule } from './schedule.js';
import { along, ancestral, derivativeOf, firstNoise, pictureOf, scaledInput } from './sigma-space.js';
import { type SigmaConfig, spacedLevels, trainingSigmas } from './sigmas.js';

const f32 = Math.fround;

export interface EulerConfig extends SigmaConfig {
  readonly prediction: PredictionType;
  readonly ancestral: boolean;
  /** The model is told 0.25 · ln(sigma) instead of a training timestep. */
  readonly continuous: boolean;
  /** What follows the last sigma: nothing, or the lowest sigma of the training. */
  readonly final: 'zero' | 'sigma_min';
}

/** What Euler's method goes along. `sigmas` has one entry more than `timesteps`. */
export interface EulerPath extends Pick<Schedule, 'timesteps' | 'initialNoise' | 'modelInput' | 'denoised'> {
  readonly sigmas: Float32Array;
  readonly ancestral: boolean;
}

export function eulerSchedule(config: EulerConfig, steps: number): Schedule {
  const { sigmas, timesteps } = levelsOf(config, steps);
  const at = (index: number) => sigmas[index] ?? 0;
  return eulerAlong({
    ancestral: config.ancestral,
    sigmas,
    timesteps,
    initialNoise: firstNoise(config.spacing, sigmas),
    modelInput: (index, latents) => scaledInput(at(index), latents),
    denoised: ({ index, latents, output }) => pictureOf(config.prediction, at(index), latents, output),
  });
}

export function eulerAlong(path: EulerPath): Schedule {
  const { sigmas, timesteps, initialNoise, modelInput, denoised } = path;
  const at = (index: number) => sigmas[index] ?? 0;
  const slope = (evaluation: Evaluation) =>
    derivativeOf(evaluation.latents, denoised(evaluation), at(evaluation.index));
  return {
    timesteps,
    initialNoise,
    modelInput,
    addNoise: (index, sample, noise) => combine(1, sample, at(index), noise),
    drawsNoise: () => path.ancestral,
    historyLength: () => 0,
    denoised,
    step(input) {
      const [from, to] = [at(input.index), at(input.index + 1)];
      const { down, up } = path.ancestral ? ancestral(from, to) : { down: to, up: 0 };
      const next = along(input.latents, slope(input), from, down);
      return { latents: path.ancestral ? combine(1, next, up, input.noise()) : next, history: [] };
    },
  };
}

function levelsOf(config: EulerConfig, steps: number): { sigmas: Float32Array; timesteps: Float32Array } {
  const { sigmas: chosen, timesteps } = spacedLevels(config, steps);
  const last = config.final === 'zero' ? 0 : (trainingSigmas(config.alphasCumprod)[0] ?? 0);
  const sigmas = Float32Array.from([...chosen, last]);
  if (!config.continuous) return { sigmas, timesteps };
  return { sigmas, timesteps: sigmas.slice(0, -1).map((s) => 0.25 * f32(Math.log(s))) };
}
