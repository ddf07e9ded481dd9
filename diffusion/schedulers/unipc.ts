/**
 * UniPCMultistepScheduler of diffusers (arXiv 2302.04867): each evaluation first corrects the latents that the step before
 * predicted, then predicts the next. Both are one formula over predicted pictures, or over the noise; history: the
 * corrected latents of the last step, then its predictions and those before, the oldest first.
 */
import { type PredictionType, predictedNoise, predictedSample, variancePreserving } from './prediction.js';
import type { Evaluation, Schedule, StepInput } from './schedule.js';
import { type SolverSigmaConfig, solverLevels, trainingSigmas } from './sigmas.js';
import { type SolverPoint, solverPoint } from './solver-point.js';
import { uniPcUpdate } from './unipc-update.js';

export interface UniPcConfig extends SolverSigmaConfig {
  readonly prediction: PredictionType;
  readonly order: 1 | 2 | 3;
  readonly solver: 'bh1' | 'bh2';
  /** The formula goes over pictures; else over the noise. */
  readonly overPictures: boolean;
  readonly lowerOrderFinal: boolean;
  /** Steps whose prediction is not corrected. */
  readonly uncorrected: readonly number[];
}

export function uniPcSchedule(config: UniPcConfig, steps: number): Schedule {
  const { sigmas, timesteps } = levelsOf(config, steps);
  const point = (index: number) => solverPoint(sigmas[index] ?? 0);
  const denoised = ({ index, latents, output }: Evaluation) =>
    predictedSample(config.prediction, point(index), latents, output);
  return {
    timesteps,
    ...variancePreserving(point),
    drawsNoise: () => false,
    historyLength: (done) => (done === 0 ? 0 : 1 + Math.min(done, config.order)),
    denoised,
    step(input) {
      const picture = denoised(input);
      const fresh = config.overPictures ? picture : noiseOf(config, point(input.index), input, picture);
      const sample = corrected(config, timesteps.length, point, input, fresh);
      const known = [...input.history.slice(1), fresh].slice(-config.order);
      const order = orderOf(config, timesteps.length, input.index, input.done);
      const next = uniPcUpdate(config, pointsAt(point, input.index, order), sample, known);
      return { latents: next, history: [sample, ...known] };
    },
  };
}

/** The latents of this step, with what its evaluation says about the step before. */
function corrected(
  config: UniPcConfig,
  count: number,
  point: (index: number) => SolverPoint,
  { index, done, latents, history }: StepInput,
  fresh: Float32Array,
): Float32Array {
  const [before, ...known] = history;
  if (before === undefined || config.uncorrected.includes(index - 1)) return latents;
  const order = orderOf(config, count, index - 1, done - 1);
  return uniPcUpdate(config, pointsAt(point, index - 1, order), before, known, fresh);
}

/** Lower at the beginning, where predictions are missing, and at the end, where fewer steps are left. */
function orderOf(
  { order, lowerOrderFinal }: UniPcConfig,
  count: number,
  index: number,
  done: number,
): number {
  return Math.min(lowerOrderFinal ? Math.min(order, count - index) : order, done + 1);
}

/** Levels at the step's end, at its start, and where the older predictions were made that its order asks for. */
function pointsAt(point: (index: number) => SolverPoint, index: number, order: number): SolverPoint[] {
  return Array.from({ length: order + 1 }, (_, i) => point(index + 1 - i));
}

function noiseOf(
  { prediction }: UniPcConfig,
  level: SolverPoint,
  { latents, output }: Evaluation,
  picture: Float32Array,
): Float32Array {
  return predictedNoise(prediction, level, latents, output, picture);
}

/** On a curve, the sigma that follows the last one is the last one again, where it is not zero. */
function levelsOf(config: UniPcConfig, steps: number): { sigmas: Float32Array; timesteps: Float32Array } {
  const { sigmas, timesteps } = solverLevels(config, steps);
  const lowest = config.curve ? sigmas.at(-1) : trainingSigmas(config.alphasCumprod)[0];
  return { timesteps, sigmas: Float32Array.from([...sigmas, config.final === 'zero' ? 0 : (lowest ?? 0)]) };
}
