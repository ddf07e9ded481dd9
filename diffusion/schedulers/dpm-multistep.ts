/**
 * DPMSolverMultistepScheduler of diffusers: DPM-Solver++ (arXiv 2211.01095) of order 1 to 3, and its stochastic form
 * (`sde-dpmsolver++`) of order 1 and 2. It steps along lambda = ln(signal / noise) over predicted pictures; history
 * is the pictures of the last steps, the oldest first; a predicted picture (`convert_model_output`) is also what the
 * model expects to come out.
 */
import { roundHalfEven } from '../onnx/numbers/float16.js';
import { firstOrder, type SolverPoint, secondOrder, thirdOrder } from './dpm-updates.js';
import { type Level, type PredictionType, predictedSample } from './prediction.js';
import { combine, type Evaluation, type Schedule, type StepInput } from './schedule.js';
import { karrasSigmas, sigmasAt, timestepOf, trainingSigmas } from './sigmas.js';
import { type SpacingConfig, solverTimesteps } from './timesteps.js';

const f32 = Math.fround;
/** Below so many steps, diffusers lowers the order of the last ones for stability. */
const FEW_STEPS = 15;

export interface DpmConfig extends SpacingConfig {
  readonly prediction: PredictionType;
  readonly alphasCumprod: Float32Array;
  readonly order: 1 | 2 | 3;
  readonly solver: 'midpoint' | 'heun';
  readonly stochastic: boolean;
  readonly lowerOrderFinal: boolean;
  readonly eulerAtFinal: boolean;
  readonly karras: boolean;
  /** Karras timesteps are rounded to whole ones, except for the cosine schedule. */
  readonly roundTimesteps: boolean;
  readonly final: 'zero' | 'sigma_min';
  /** Training timesteps with a smaller lambda are left out. */
  readonly lambdaMin: number;
}

export function dpmSchedule(config: DpmConfig, steps: number): Schedule {
  const { sigmas, timesteps } = sigmasOf(config, steps);
  const point = (index: number) => pointOf(sigmas[index] ?? 0);
  const denoised = ({ index, latents, output }: Evaluation) =>
    predictedSample(config.prediction, point(index), latents, output);
  const orderAt = (index: number, done: number) => orderOf(config, timesteps.length, index, done);
  return {
    timesteps,
    initialNoise: 1,
    modelInput: (_, latents) => latents,
    addNoise: (index, sample, noise) => combine(point(index).signal, sample, point(index).noise, noise),
    drawsNoise: () => config.stochastic,
    historyLength: (done) => Math.min(done, config.order - 1),
    denoised,
    step: (input) => {
      const { index, done, history } = input;
      const samples = [...history, denoised(input)].slice(-config.order);
      const points = [index + 1, index, index - 1, index - 2].map(point);
      const next = update(config, orderAt(index, done), points, samples, input);
      return { latents: next, history: config.order === 1 ? [] : samples.slice(1 - config.order) };
    },
  };
}

/** The order of this step: lower at the beginning, where pictures are missing, and where the end asks for it. */
function orderOf(config: DpmConfig, count: number, index: number, done: number): number {
  const few = config.lowerOrderFinal && count < FEW_STEPS;
  const isLast = index === count - 1;
  if (isLast && (config.eulerAtFinal || few || config.final === 'zero')) return 1;
  const cap = index === count - 2 && few ? 2 : 3;
  return Math.min(config.order, done + 1, cap);
}

/** @param points levels at the step's end, its start, and the starts of the two steps before */
function update(
  { solver, stochastic }: DpmConfig,
  order: number,
  [to, from, before, earlier]: readonly SolverPoint[],
  samples: readonly Float32Array[],
  { latents, noise }: StepInput,
): Float32Array {
  const [m0, m1, m2] = [...samples].reverse();
  if (!to || !from || !before || !earlier || !m0) throw new RangeError('a DPM-Solver step without a sample');
  const fresh = stochastic ? noise() : undefined;
  if (order === 1 || !m1) return firstOrder(to, from, latents, m0, fresh);
  if (order === 2 || !m2) return secondOrder(solver, [to, from, before], latents, [m0, m1], fresh);
  return thirdOrder([to, from, before, earlier], latents, [m0, m1, m2]);
}

function sigmasOf(config: DpmConfig, steps: number): { sigmas: Float32Array; timesteps: Float32Array } {
  const training = trainingSigmas(config.alphasCumprod);
  const last = config.final === 'zero' ? 0 : (training[0] ?? 0);
  if (config.karras) {
    const chosen = karrasSigmas(training.at(-1) ?? 0, training[0] ?? 0, steps);
    const round = config.roundTimesteps ? roundHalfEven : Math.trunc;
    return {
      sigmas: Float32Array.from([...chosen, last]),
      timesteps: Float32Array.from(chosen, (sigma) => round(timestepOf(sigma, training))),
    };
  }
  const timesteps = solverTimesteps(config, steps, usedTimesteps(config));
  return { timesteps, sigmas: Float32Array.from([...sigmasAt(timesteps, training), last]) };
}

/** Number of training timesteps whose lambda is not below the limit. */
function usedTimesteps({ alphasCumprod, lambdaMin }: DpmConfig): number {
  return alphasCumprod.filter((alpha) => {
    const lambda = f32(Math.log(f32(Math.sqrt(alpha)))) - f32(Math.log(f32(Math.sqrt(f32(1 - alpha)))));
    return f32(lambda) >= lambdaMin;
  }).length;
}

function pointOf(sigma: number): SolverPoint {
  const signal = f32(1 / f32(Math.sqrt(f32(f32(sigma * sigma) + 1))));
  const level: Level = { signal, noise: f32(sigma * signal) };
  return { ...level, lambda: f32(f32(Math.log(level.signal)) - f32(Math.log(level.noise))) };
}
