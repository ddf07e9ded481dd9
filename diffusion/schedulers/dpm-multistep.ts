/**
 * DPMSolverMultistepScheduler of diffusers: DPM-Solver++ (arXiv 2211.01095) of order 1 to 3, and its stochastic form
 * (`sde-dpmsolver++`). It steps along lambda = ln(signal / noise) over predicted pictures; history is the pictures of
 * the last steps, the oldest first; a predicted picture (`convert_model_output`) is also what the model expects to
 * come out.
 */
import { firstOrder, secondOrder, thirdOrder } from './dpm-updates.js';
import { type PredictionType, predictedSample, variancePreserving } from './prediction.js';
import type { Schedule, StepInput } from './schedule.js';
import { type SolverSigmaConfig, solverLevels, trainingSigmas } from './sigmas.js';
import { type SolverPoint, solverPoint } from './solver-point.js';

/** Below so many steps, diffusers lowers the order of the last ones for stability. */
const FEW_STEPS = 15;

/** How the solver goes along its path. */
export interface MultistepRules {
  readonly order: 1 | 2 | 3;
  readonly solver: 'midpoint' | 'heun';
  readonly stochastic: boolean;
  readonly lowerOrderFinal: boolean;
  readonly eulerAtFinal: boolean;
  readonly final: 'zero' | 'sigma_min';
}

export interface DpmConfig extends SolverSigmaConfig, MultistepRules {
  readonly prediction: PredictionType;
}

/** What the solver goes along: `point` gives one level more than there are timesteps. */
export interface SolverPath
  extends Pick<Schedule, 'timesteps' | 'initialNoise' | 'modelInput' | 'addNoise' | 'denoised'> {
  point(index: number): SolverPoint;
}

export function dpmSchedule(config: DpmConfig, steps: number): Schedule {
  return multistepAlong(dpmPath(config, steps), config);
}

/** The path of DPM-Solver++, which its single-step form shares. */
export function dpmPath(
  config: SolverSigmaConfig & { readonly prediction: PredictionType },
  steps: number,
): SolverPath {
  const { sigmas: chosen, timesteps } = solverLevels(config, steps);
  const last = config.final === 'zero' ? 0 : (trainingSigmas(config.alphasCumprod)[0] ?? 0);
  const sigmas = Float32Array.from([...chosen, last]);
  const point = (index: number) => solverPoint(sigmas[index] ?? 0);
  return {
    point,
    timesteps,
    ...variancePreserving(point),
    denoised: ({ index, latents, output }) =>
      predictedSample(config.prediction, point(index), latents, output),
  };
}

export function multistepAlong({ point, ...path }: SolverPath, rules: MultistepRules): Schedule {
  const orderAt = (index: number, done: number) => orderOf(rules, path.timesteps.length, index, done);
  return {
    ...path,
    drawsNoise: () => rules.stochastic,
    historyLength: (done) => Math.min(done, rules.order - 1),
    step: (input) => {
      const { index, done, history } = input;
      const samples = [...history, path.denoised(input)].slice(-rules.order);
      const points = [index + 1, index, index - 1, index - 2].map(point);
      const next = update(rules, orderAt(index, done), points, samples, input);
      return { latents: next, history: rules.order === 1 ? [] : samples.slice(1 - rules.order) };
    },
  };
}

/** The order of this step: lower at the beginning, where pictures are missing, and where the end asks for it. */
function orderOf(rules: MultistepRules, count: number, index: number, done: number): number {
  const few = rules.lowerOrderFinal && count < FEW_STEPS;
  const isLast = index === count - 1;
  if (isLast && (rules.eulerAtFinal || few || rules.final === 'zero')) return 1;
  const cap = index === count - 2 && few ? 2 : 3;
  return Math.min(rules.order, done + 1, cap);
}

/** @param points levels at the step's end, its start, and the starts of the two steps before */
function update(
  { solver, stochastic }: MultistepRules,
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
  return thirdOrder([to, from, before, earlier], latents, [m0, m1, m2], fresh);
}
