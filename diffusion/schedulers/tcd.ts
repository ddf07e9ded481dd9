/**
 * TCDScheduler of diffusers (trajectory consistency distillation, arXiv 2402.19159), as its pipelines run it unless they are
 * told otherwise: with eta 0, each step goes straight to the next timestep and adds no noise.
 */
import { distilledTimesteps } from './lcm.js';
import {
  levelOf,
  type PredictionType,
  predictedNoise,
  predictedSample,
  variancePreserving,
} from './prediction.js';
import { combine, type Evaluation, type Schedule } from './schedule.js';

export interface TcdConfig {
  readonly numTrainTimesteps: number;
  readonly prediction: PredictionType;
  readonly alphasCumprod: Float32Array;
  /** Steps of the schedule that the model was distilled on. */
  readonly originalSteps: number;
}

export function tcdSchedule(config: TcdConfig, steps: number): Schedule {
  const timesteps = distilledTimesteps(config, steps);
  /** Behind the last step, that of timestep 0. */
  const level = (index: number) => levelOf(config.alphasCumprod[timesteps[index] ?? 0] ?? 0);
  const denoised = ({ index, latents, output }: Evaluation) =>
    predictedSample(config.prediction, level(index), latents, output);
  return {
    timesteps,
    ...variancePreserving(level),
    drawsNoise: () => false,
    historyLength: () => 0,
    denoised,
    step(input) {
      const { index, latents, output } = input;
      const picture = denoised(input);
      const noise = predictedNoise(config.prediction, level(index), latents, output, picture);
      const next = level(index + 1);
      return { latents: combine(next.signal, picture, next.noise, noise), history: [] };
    },
  };
}
