/**
 * Curves that sigmas can be put on instead of those of evenly spaced timesteps: Karras et al.'s (arXiv 2206.00364,
 * equation 5), evenly spaced logarithms ("exponential", and Lu et al.'s, arXiv 2206.00927), and quantiles of a beta
 * distribution (arXiv 2407.12173).
 */
import { betaQuantile } from './beta-quantile.js';
import { linspace } from './timesteps.js';

/** Karras et al.'s exponent for image models. */
const RHO = 7;

export type SigmaCurve = 'karras' | 'lu' | 'exponential' | 'beta';

/** A curve between these two sigmas, where they are given. */
export interface CurveConfig {
  readonly kind: SigmaCurve;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
}

/** Sigmas on the curve, highest first. @param highest, lowest the ends where the configuration leaves them open */
export function curveSigmas(config: CurveConfig, highest: number, lowest: number, steps: number): number[] {
  const [top, bottom] = [config.highest ?? highest, config.lowest ?? lowest];
  switch (config.kind) {
    case 'karras':
      return karrasSigmas(top, bottom, steps);
    case 'lu':
      return logarithmic(Math.fround(Math.log(top)), Math.fround(Math.log(bottom)), steps);
    case 'exponential':
      return logarithmic(Math.log(top), Math.log(bottom), steps);
    case 'beta':
      return linspace(0, 1, steps).map((ramp) => bottom + betaQuantile(1 - ramp) * (top - bottom));
  }
}

/** Karras et al.'s sigmas, highest first. */
export function karrasSigmas(highest: number, lowest: number, steps: number, rho = RHO): number[] {
  const [top, bottom] = [highest ** (1 / rho), lowest ** (1 / rho)];
  return linspace(0, 1, steps).map((ramp) => (top + ramp * (bottom - top)) ** rho);
}

function logarithmic(highest: number, lowest: number, steps: number): number[] {
  return linspace(highest, lowest, steps).map(Math.exp);
}
