/**
 * HeunDiscreteScheduler and FlowMatchHeunDiscreteScheduler of diffusers (arXiv 2206.00364, algorithm 1): after a step of
 * Euler's method the model is asked again at its end, and the step is taken anew along the mean of both derivatives. The
 * last step is Euler's alone, so there are 2 · steps - 1 evaluations, each of which counts as an iteration. Between the
 * two, history is the latents at the step's start and the derivative there.
 */
import { clip, type PredictionType } from './prediction.js';
import { combine, type Schedule } from './schedule.js';
import { along, derivativeOf, firstNoise, pictureOf, scaledInput } from './sigma-space.js';
import { type SigmaConfig, spacedLevels } from './sigmas.js';

export interface HeunConfig extends SigmaConfig {
  readonly prediction: PredictionType;
  /** Predicted pictures are clipped to ± this; undefined: not. */
  readonly clipRange: number | undefined;
}

/** What Heun's method goes along, by sigmas instead of evaluations. */
export interface HeunPath extends Pick<Schedule, 'initialNoise'> {
  /** One more than there are timesteps: the terminal 0. */
  readonly sigmas: Float32Array;
  readonly timesteps: Float32Array;
  modelInput(sigma: number, latents: Float32Array): Float32Array;
  addNoise(sigma: number, sample: Float32Array, noise: Float32Array): Float32Array;
  picture(sigma: number, latents: Float32Array, output: Float32Array): Float32Array;
}

export function heunSchedule(config: HeunConfig, steps: number): Schedule {
  const { sigmas, timesteps } = spacedLevels(config, steps);
  return heunAlong({
    sigmas: Float32Array.from([...sigmas, 0]),
    timesteps,
    initialNoise: firstNoise(config.spacing, Float32Array.from(sigmas)),
    modelInput: scaledInput,
    addNoise: (sigma, sample, noise) => combine(1, sample, sigma, noise),
    picture: (sigma, latents, output) =>
      clip(pictureOf(config.prediction, sigma, latents, output), config.clipRange),
  });
}

export function heunAlong(path: HeunPath): Schedule {
  const { sigmas } = path;
  /** Which sigma an evaluation sees: 0, 1, 1, 2, 2, … */
  const sigma = (index: number) => sigmas[Math.ceil(index / 2)] ?? 0;
  return {
    timesteps: Float32Array.from(
      { length: 2 * path.timesteps.length - 1 },
      (_, index) => path.timesteps[Math.ceil(index / 2)] ?? 0,
    ),
    initialNoise: path.initialNoise,
    modelInput: (index, latents) => path.modelInput(sigma(index), latents),
    addNoise: (index, sample, noise) => path.addNoise(sigma(index), sample, noise),
    drawsNoise: () => false,
    historyLength: (done) => (done % 2 === 1 ? 2 : 0),
    denoised: ({ index, latents, output }) => path.picture(sigma(index), latents, output),
    step({ index, latents, output, history }) {
      const here = sigma(index);
      const derivative = derivativeOf(latents, path.picture(here, latents, output), here);
      const [start, first] = history;
      if (start === undefined || first === undefined)
        return {
          latents: along(latents, derivative, here, sigma(index + 1)),
          history: [latents, derivative],
        };
      const mean = combine(0.5, first, 0.5, derivative);
      return { latents: along(start, mean, sigma(index - 1), here), history: [] };
    },
  };
}
