/**
 * DDIMScheduler of diffusers (arXiv 2010.02502, equation 12) with eta 0, as its pipelines run it.
 */
import {
  clip,
  levelOf,
  type PredictionType,
  predictedNoise,
  predictedSample,
  variancePreserving,
} from './prediction.js';
import { combine, type Evaluation, type Schedule } from './schedule.js';
import { type SpacingConfig, wholeTimesteps } from './timesteps.js';

const f32 = Math.fround;

export interface DdimConfig extends SpacingConfig {
  readonly prediction: PredictionType;
  readonly alphasCumprod: Float32Array;
  /** The level behind the last step. */
  readonly finalAlpha: number;
  /** Predicted pictures are clipped to ± this; undefined: not. */
  readonly clipRange: number | undefined;
}

export function ddimSchedule(config: DdimConfig, steps: number): Schedule {
  const timesteps = wholeTimesteps(config, steps);
  const stride = Math.floor(config.numTrainTimesteps / steps);
  const alphaAt = (timestep: number) =>
    timestep >= 0 ? (config.alphasCumprod[timestep] ?? 0) : config.finalAlpha;
  const level = (index: number) => levelOf(alphaAt(timesteps[index] ?? 0));
  const denoised = ({ index, latents, output }: Evaluation) =>
    clip(predictedSample(config.prediction, level(index), latents, output), config.clipRange);
  return {
    timesteps,
    ...variancePreserving(level),
    drawsNoise: () => false,
    historyLength: () => 0,
    denoised,
    step({ index, latents, output }) {
      const here = level(index);
      const next = alphaAt((timesteps[index] ?? 0) - stride);
      const sample = denoised({ index, latents, output });
      const noise = predictedNoise(config.prediction, here, latents, output, sample);
      const direction = Math.sqrt(f32(1 - f32(next)));
      return { latents: combine(Math.sqrt(next), sample, direction, noise), history: [] };
    },
  };
}
