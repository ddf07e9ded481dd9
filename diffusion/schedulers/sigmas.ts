/**
 * Noise levels in the form sigma = noise / signal, which Euler and DPM-Solver step along: at chosen timesteps,
 * or on Karras et al.'s curve (arXiv 2206.00364, equation 5), and back from sigma to timestep.
 */
import { linspace } from './timesteps.js';

/** Karras et al.'s exponent for image models. */
const RHO = 7;

/** Sigma of every training timestep, lowest first, in float32. */
export function trainingSigmas(alphasCumprod: Float32Array): Float32Array {
  return alphasCumprod.map((alpha) => Math.sqrt(Math.fround(Math.fround(1 - alpha) / alpha)));
}

/** `np.interp` between the training timesteps. */
export function sigmasAt(timesteps: Float32Array, training: Float32Array): number[] {
  return Array.from(timesteps, (timestep) => {
    const t = Math.min(Math.max(timestep, 0), training.length - 1);
    const low = Math.min(Math.floor(t), training.length - 2);
    const [a, b] = [training[low] ?? 0, training[low + 1] ?? 0];
    return (b - a) * (t - low) + a;
  });
}

/** Karras et al.'s sigmas, highest first. */
export function karrasSigmas(highest: number, lowest: number, steps: number): number[] {
  const [top, bottom] = [highest ** (1 / RHO), lowest ** (1 / RHO)];
  return linspace(0, 1, steps).map((ramp) => (top + ramp * (bottom - top)) ** RHO);
}

/** `_sigma_to_t`: the timestep of a sigma, between two training timesteps. */
export function timestepOf(sigma: number, training: Float32Array): number {
  const target = Math.log(Math.max(sigma, 1e-10));
  const logs = training.map(Math.log);
  let low = logs.findLastIndex((log) => log <= target);
  low = Math.min(Math.max(low, 0), logs.length - 2);
  const [a, b] = [logs[low] ?? 0, logs[low + 1] ?? 0];
  const weight = Math.min(1, Math.max(0, (a - target) / Math.fround(a - b)));
  return (1 - weight) * low + weight * (low + 1);
}
