/**
 * The update formulas of DPM-Solver++, deterministic and stochastic (arXiv 2211.01095, algorithms 1 and 2; the third
 * order as in its appendix), on predicted pictures m0 (newest), m1, m2.
 */
import { combine } from './schedule.js';
import type { SolverPoint } from './solver-point.js';

const f32 = Math.fround;

/** @param noise fresh noise: the stochastic form */
export function firstOrder(
  to: SolverPoint,
  from: SolverPoint,
  latents: Float32Array,
  m0: Float32Array,
  noise: Float32Array | undefined,
): Float32Array {
  const c = coefficients(to, from, noise !== undefined);
  return withNoise(combine(c.latents, latents, c.sample, m0), c.noise, noise);
}

export function secondOrder(
  solver: 'midpoint' | 'heun',
  [to, from, before]: readonly [SolverPoint, SolverPoint, SolverPoint],
  latents: Float32Array,
  [m0, m1]: readonly [Float32Array, Float32Array],
  noise: Float32Array | undefined,
): Float32Array {
  const h = f32(to.lambda - from.lambda);
  const inverse = f32(1 / f32(f32(from.lambda - before.lambda) / h)); // 1 / r0
  const c = coefficients(to, from, noise !== undefined);
  const slope = f32(solver === 'midpoint' ? 0.5 * c.sample : heun(to.signal, h, noise !== undefined));
  const next = new Float32Array(latents.length);
  for (let i = 0; i < next.length; i++) {
    const d0 = m0[i] ?? 0;
    const d1 = f32(inverse * f32(d0 - (m1[i] ?? 0)));
    next[i] = f32(f32(c.latents * (latents[i] ?? 0)) + f32(c.sample * d0)) + f32(slope * d1);
  }
  return withNoise(next, c.noise, noise);
}

export function thirdOrder(
  [to, from, before, earlier]: readonly [SolverPoint, SolverPoint, SolverPoint, SolverPoint],
  latents: Float32Array,
  [m0, m1, m2]: readonly [Float32Array, Float32Array, Float32Array],
  noise: Float32Array | undefined,
): Float32Array {
  const h = f32(to.lambda - from.lambda);
  const r0 = f32(f32(from.lambda - before.lambda) / h);
  const r1 = f32(f32(before.lambda - earlier.lambda) / h);
  const c = coefficients(to, from, noise !== undefined);
  const first = f32(heun(to.signal, h, noise !== undefined));
  const second = f32(curvature(to.signal, h, noise !== undefined));
  const [blend, curve] = [f32(r0 / f32(r0 + r1)), f32(1 / f32(r0 + r1))];
  const next = new Float32Array(latents.length);
  for (let i = 0; i < next.length; i++) {
    const d0 = m0[i] ?? 0;
    const d = m1[i] ?? 0;
    const near = f32(f32(d0 - d) / r0);
    const change = f32(near - f32(f32(d - (m2[i] ?? 0)) / r1));
    const d1 = f32(near + f32(blend * change));
    const two = f32(f32(c.latents * (latents[i] ?? 0)) + f32(c.sample * d0));
    next[i] = f32(two + f32(first * d1)) + f32(second * f32(curve * change));
  }
  return withNoise(next, c.noise, noise);
}

/**
 * The third order of the single-step form: from the start of a group of three steps, whose picture is m2. `midpoint` uses
 * the newest picture only.
 */
export function singlestepThird(
  solver: 'midpoint' | 'heun',
  [to, newest, middle, start]: readonly [SolverPoint, SolverPoint, SolverPoint, SolverPoint],
  latents: Float32Array,
  [m0, m1, m2]: readonly [Float32Array, Float32Array, Float32Array],
  noise: Float32Array | undefined,
): Float32Array {
  const h = f32(to.lambda - start.lambda);
  const reach = ({ lambda }: SolverPoint) => f32(f32(lambda - start.lambda) / h);
  const [r0, r1] = [reach(newest), reach(middle)];
  const [far, near] = [slope(m0, m2, r0), slope(m1, m2, r1)];
  const apart = f32(r0 - r1);
  const c = coefficients(to, start, noise !== undefined);
  const first = f32(heun(to.signal, h, noise !== undefined));
  const linear = combine(c.latents, latents, c.sample, m2);
  if (solver === 'midpoint') return withNoise(combine(1, linear, first, far), c.noise, noise);
  const change = combine(r0 / apart, near, -r1 / apart, far);
  const bend = combine(2 / apart, far, -2 / apart, near);
  const second = f32(curvature(to.signal, h, noise !== undefined));
  const next = combine(1, combine(1, linear, first, change), second, bend);
  return withNoise(next, c.noise, noise);
}

/** (to - from) / distance. */
function slope(to: Float32Array, from: Float32Array, distance: number): Float32Array {
  return combine(1 / distance, to, -1 / distance, from);
}

/** Without fresh noise, the same array. */
function withNoise(sample: Float32Array, factor: number, noise: Float32Array | undefined): Float32Array {
  return noise === undefined ? sample : combine(1, sample, factor, noise);
}

function coefficients(
  to: SolverPoint,
  from: SolverPoint,
  stochastic: boolean,
): { latents: number; sample: number; noise: number } {
  const h = f32(to.lambda - from.lambda);
  const ratio = f32(to.noise / from.noise);
  if (!stochastic) return { latents: ratio, sample: f32(-to.signal * f32(Math.exp(-h) - 1)), noise: 0 };
  const rest = f32(1 - f32(Math.exp(-2 * h)));
  return {
    latents: f32(ratio * f32(Math.exp(-h))),
    sample: f32(to.signal * rest),
    noise: f32(to.noise * f32(Math.sqrt(rest))),
  };
}

function heun(signal: number, h: number, stochastic: boolean): number {
  if (stochastic) return signal * ((1 - Math.exp(-2 * h)) / (-2 * h) + 1);
  return signal * ((Math.exp(-h) - 1) / h + 1);
}

/** What the second derivative of the pictures counts. */
function curvature(signal: number, h: number, stochastic: boolean): number {
  if (stochastic) return signal * ((1 - Math.exp(-2 * h) - 2 * h) / (2 * h) ** 2 - 0.5);
  return -signal * ((Math.exp(-h) - 1 + h) / h ** 2 - 0.5);
}
