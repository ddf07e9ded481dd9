/**
 * LCMScheduler of diffusers (latent consistency models, arXiv 2310.04378): each step predicts the picture outright,
 * then noises it again to the level of the next timestep, except after the last.
 */
import { clip, levelOf, type PredictionType, predictedSample, variancePreserving } from './prediction.js';
import { combine, type Evaluation, type Schedule } from './schedule.js';

const f32 = Math.fround;
/** Standard deviation of the data in the boundary condition; diffusers' number. */
const SIGMA_DATA = 0.5;

export interface LcmConfig {
  readonly numTrainTimesteps: number;
  readonly prediction: PredictionType;
  readonly alphasCumprod: Float32Array;
  /** Steps of the schedule that the model was distilled on. */
  readonly originalSteps: number;
  readonly timestepScaling: number;
  /** Predicted pictures are clipped to ± this; undefined: not. */
  readonly clipRange: number | undefined;
}

export function lcmSchedule(config: LcmConfig, steps: number): Schedule {
  const timesteps = distilledTimesteps(config, steps);
  const level = (index: number) => levelOf(config.alphasCumprod[timesteps[index] ?? 0] ?? 0);
  const denoised = ({ index, latents, output }: Evaluation) => {
    const picture = predictedSample(config.prediction, level(index), latents, output);
    const { skip, out } = boundary((timesteps[index] ?? 0) * config.timestepScaling);
    return combine(out, clip(picture, config.clipRange), skip, latents);
  };
  const isLast = (index: number) => index === steps - 1;
  return {
    timesteps,
    ...variancePreserving(level),
    drawsNoise: (index) => !isLast(index),
    historyLength: () => 0,
    denoised,
    step({ index, latents, output, noise }) {
      const picture = denoised({ index, latents, output });
      if (isLast(index)) return { latents: picture, history: [] };
      const next = level(index + 1);
      return { latents: combine(next.signal, picture, next.noise, noise()), history: [] };
    },
  };
}

/** Evenly chosen from the timesteps that a model was distilled on, highest first, with NumPy's rounding; TCD's, too. */
export function distilledTimesteps(
  { numTrainTimesteps, originalSteps }: Pick<LcmConfig, 'numTrainTimesteps' | 'originalSteps'>,
  steps: number,
): Float32Array {
  const stride = Math.floor(numTrainTimesteps / originalSteps);
  const skipped = originalSteps / steps;
  return Float32Array.from(
    { length: steps },
    (_, i) => (originalSteps - Math.floor(i * skipped)) * stride - 1,
  );
}

/** How much of the latents and of the prediction go into the result. */
function boundary(scaledTimestep: number): { skip: number; out: number } {
  const sum = scaledTimestep ** 2 + SIGMA_DATA ** 2;
  return { skip: f32(SIGMA_DATA ** 2 / sum), out: f32(scaledTimestep / sum ** 0.5) };
}
