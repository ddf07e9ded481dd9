/**
 * Where the solvers of the DPM and UniPC families stand: they step along lambda = ln(signal / noise).
 */
import type { Level } from './prediction.js';

const f32 = Math.fround;

/** A level with its lambda; infinite where there is no noise left. */
export interface SolverPoint extends Level {
  readonly lambda: number;
}

/** The level of latents with signal² + noise² = 1, from sigma = noise / signal, in float32. */
export function solverPoint(sigma: number): SolverPoint {
  const signal = f32(1 / f32(Math.sqrt(f32(f32(sigma * sigma) + 1))));
  const level: Level = { signal, noise: f32(sigma * signal) };
  return { ...level, lambda: f32(f32(Math.log(level.signal)) - f32(Math.log(level.noise))) };
}
