/**
 * DPMSolverSinglestepScheduler of diffusers: DPM-Solver++ (arXiv 2211.01095, "DPM++ 2S") and its stochastic form, in groups
 * of up to three steps, each of which starts again from the first one's latents. History: those latents, then the
 * pictures of the last steps, the oldest first.
 */
import { type DpmConfig, dpmPath } from './dpm-multistep.js';
import { firstOrder, secondOrder, singlestepThird } from './dpm-updates.js';
import type { Schedule } from './schedule.js';
import type { SolverPoint } from './solver-point.js';

export type SinglestepConfig = Omit<DpmConfig, 'eulerAtFinal'>;

export function singlestepSchedule(config: SinglestepConfig, steps: number): Schedule {
  const { point, ...path } = dpmPath(config, steps);
  const orders = ordersOf(config, steps);
  return {
    ...path,
    drawsNoise: () => config.stochastic,
    historyLength: (done) => (done === 0 || config.order === 1 ? 0 : 1 + Math.min(done, config.order - 1)),
    step(input) {
      const { index, done, latents, history } = input;
      const order = Math.min(orders[index] ?? 1, done + 1);
      const [start = latents, ...before] = order === 1 ? [latents, ...history.slice(1)] : history;
      const samples = [...before, path.denoised(input)].slice(-config.order);
      const points = [index + 1, index, index - 1, index - 2].map(point);
      const fresh = config.stochastic ? input.noise() : undefined;
      const next = update(config.solver, order, points, start, samples, fresh);
      return {
        latents: next,
        history: config.order === 1 ? [] : [start, ...samples.slice(1 - config.order)],
      };
    },
  };
}

/**
 * `get_order_list`: 1, 2, 3, 1, 2, 3, …. The last step is of order 1 where no noise is left, and where the groups come out
 * even, unless the configuration keeps the order then.
 */
function ordersOf({ order, lowerOrderFinal, final }: SinglestepConfig, steps: number): number[] {
  const orders = Array.from({ length: steps }, (_, i) => (i % order) + 1);
  const isEven = steps % order === 0;
  if (final === 'zero' || (isEven && lowerOrderFinal)) orders[steps - 1] = 1;
  return orders;
}

/** @param points levels at the step's end, its start, and the starts of the two steps before */
function update(
  solver: 'midpoint' | 'heun',
  order: number,
  [to, from, before, earlier]: readonly SolverPoint[],
  start: Float32Array,
  samples: readonly Float32Array[],
  noise: Float32Array | undefined,
): Float32Array {
  const [m0, m1, m2] = [...samples].reverse();
  if (!to || !from || !before || !earlier || !m0) throw new RangeError('a DPM-Solver step without a sample');
  if (order === 1 || !m1) return firstOrder(to, from, start, m0, noise);
  // The multistep formula, from the older of both pictures: the sign of the step between them turns twice.
  if (order === 2 || !m2) return secondOrder(solver, [to, before, from], start, [m1, m0], noise);
  return singlestepThird(solver, [to, from, before, earlier], start, [m0, m1, m2], noise);
}
