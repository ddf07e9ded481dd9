/**
 * Noise levels in the form sigma = noise / signal, which most schedulers step along: those of chosen timesteps, or on a
 * curve, and back from sigma to timestep.
 */
import { roundHalfEven } from '../onnx/numbers/float16.js';
import { type CurveConfig, curveSigmas, type SigmaCurve } from './sigma-curves.js';
import { fractionalTimesteps, type SpacingConfig, solverTimesteps } from './timesteps.js';

export interface SigmaConfig extends SpacingConfig {
  readonly alphasCumprod: Float32Array;
  /** Undefined: the sigmas of the timesteps. */
  readonly curve: CurveConfig | undefined;
  /** Curves whose timesteps are rounded to whole ones. */
  readonly roundedCurves: readonly SigmaCurve[];
}

export interface SolverSigmaConfig extends SigmaConfig {
  /** What follows the last sigma: nothing, or the lowest sigma of the training. */
  readonly final: 'zero' | 'sigma_min';
  /** Training timesteps whose lambda = ln(signal / noise) is smaller are left out. */
  readonly lambdaMin: number;
}

/** Highest first; `sigmas` in double precision, as long as `timesteps`. */
interface Levels {
  readonly sigmas: readonly number[];
  readonly timesteps: Float32Array;
}

/** Those of Euler and its relatives, which may fall between two training timesteps. */
export function spacedLevels(config: SigmaConfig, steps: number): Levels {
  const training = trainingSigmas(config.alphasCumprod);
  const timesteps = fractionalTimesteps(config, steps);
  const sigmas = sigmasAt(timesteps, training);
  const { curve, roundedCurves } = config;
  if (curve === undefined) return { sigmas, timesteps };
  const chosen = curveSigmas(curve, sigmas[0] ?? 0, sigmas.at(-1) ?? 0, steps);
  const round = roundedCurves.includes(curve.kind) ? roundHalfEven : undefined;
  return { sigmas: chosen, timesteps: timestepsOf(chosen, training, round) };
}

/** Those of the multistep and single-step solvers, at whole timesteps. */
export function solverLevels(config: SolverSigmaConfig, steps: number): Levels {
  const training = trainingSigmas(config.alphasCumprod);
  const { curve, roundedCurves } = config;
  if (curve === undefined) {
    const timesteps = solverTimesteps(config, steps, usedTimesteps(config));
    return { sigmas: sigmasAt(timesteps, training), timesteps };
  }
  const sigmas = curveSigmas(curve, training.at(-1) ?? 0, training[0] ?? 0, steps);
  const round = roundedCurves.includes(curve.kind) ? roundHalfEven : Math.trunc;
  return { sigmas, timesteps: timestepsOf(sigmas, training, round) };
}

/** Sigma of every training timestep, lowest first, in float32. */
export function trainingSigmas(alphasCumprod: Float32Array): Float32Array {
  return alphasCumprod.map((alpha) => Math.sqrt(Math.fround(Math.fround(1 - alpha) / alpha)));
}

/** `np.interp` between the training timesteps. */
function sigmasAt(timesteps: Float32Array, training: Float32Array): number[] {
  return Array.from(timesteps, (timestep) => {
    const t = Math.min(Math.max(timestep, 0), training.length - 1);
    const low = Math.min(Math.floor(t), training.length - 2);
    const [a, b] = [training[low] ?? 0, training[low + 1] ?? 0];
    return (b - a) * (t - low) + a;
  });
}

/** The timesteps of sigmas. @param round what becomes of those between two training timesteps */
export function timestepsOf(
  sigmas: readonly number[],
  training: Float32Array,
  round: (timestep: number) => number = (timestep) => timestep,
): Float32Array {
  const logs = training.map(Math.log);
  return Float32Array.from(sigmas, (sigma) => round(timestepOf(sigma, logs)));
}

/** `_sigma_to_t`. @param logs of the training's sigmas */
function timestepOf(sigma: number, logs: Float32Array): number {
  const target = Math.log(Math.max(sigma, 1e-10));
  let low = logs.findLastIndex((log) => log <= target);
  low = Math.min(Math.max(low, 0), logs.length - 2);
  const [a, b] = [logs[low] ?? 0, logs[low + 1] ?? 0];
  const weight = Math.min(1, Math.max(0, (a - target) / Math.fround(a - b)));
  return (1 - weight) * low + weight * (low + 1);
}

/** Number of training timesteps whose lambda is not below the limit. */
function usedTimesteps({ alphasCumprod, lambdaMin }: SolverSigmaConfig): number {
  const f32 = Math.fround;
  return alphasCumprod.filter((alpha) => {
    const lambda = f32(Math.log(f32(Math.sqrt(alpha)))) - f32(Math.log(f32(Math.sqrt(f32(1 - alpha)))));
    return f32(lambda) >= lambdaMin;
  }).length;
}
