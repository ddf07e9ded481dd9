/**
 * DDPMScheduler of diffusers (arXiv 2006.11239): each step draws from the posterior between the predicted picture and the
 * latents, with fresh noise except at timestep 0.
 */
import { clip, levelOf, type PredictionType, predictedSample, variancePreserving } from './prediction.js';
import { combine, type Evaluation, type Schedule } from './schedule.js';
import { type SpacingConfig, wholeTimesteps } from './timesteps.js';

const f32 = Math.fround;
/** diffusers' floor under the variance. */
const SMALLEST_VARIANCE = 1e-20;

export interface DdpmConfig extends SpacingConfig {
  readonly prediction: PredictionType;
  readonly alphasCumprod: Float32Array;
  /** The posterior's variance, or that of the forward step. */
  readonly variance: 'fixed_small' | 'fixed_small_log' | 'fixed_large';
  /** Predicted pictures are clipped to ± this; undefined: not. */
  readonly clipRange: number | undefined;
}

export function ddpmSchedule(config: DdpmConfig, steps: number): Schedule {
  const timesteps = wholeTimesteps(config, steps);
  const alpha = (index: number) =>
    index < timesteps.length ? (config.alphasCumprod[timesteps[index] ?? 0] ?? 0) : 1;
  const level = (index: number) => levelOf(alpha(index));
  const denoised = ({ index, latents, output }: Evaluation) =>
    clip(predictedSample(config.prediction, level(index), latents, output), config.clipRange);
  const drawsNoise = (index: number) => (timesteps[index] ?? 0) > 0;
  return {
    timesteps,
    ...variancePreserving(level),
    drawsNoise,
    historyLength: () => 0,
    denoised,
    step(input) {
      const { index, latents } = input;
      const { sample, rest, deviation } = posterior(config, alpha(index), alpha(index + 1));
      const mean = combine(sample, denoised(input), rest, latents);
      return { latents: drawsNoise(index) ? combine(1, mean, deviation, input.noise()) : mean, history: [] };
    },
  };
}

/** Formulas 6 and 7: what the picture and the latents count, and the noise's standard deviation, in float32. */
function posterior(
  { variance }: DdpmConfig,
  here: number,
  next: number,
): { sample: number; rest: number; deviation: number } {
  const [noise, noiseNext] = [f32(1 - here), f32(1 - next)];
  const kept = f32(here / next);
  const beta = f32(1 - kept);
  const small = Math.max(f32(f32(noiseNext / noise) * beta), SMALLEST_VARIANCE);
  return {
    sample: f32(f32(f32(Math.sqrt(next)) * beta) / noise),
    rest: f32(f32(f32(Math.sqrt(kept)) * noiseNext) / noise),
    deviation: f32(Math.sqrt(variance === 'fixed_large' ? beta : small)),
  };
}
