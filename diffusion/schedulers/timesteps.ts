/**
 * Which training timesteps a number of steps visits (`timestep_spacing`), with NumPy's arithmetic: what looks
 * like one formula differs by scheduler in its rounding and its end.
 */
import { roundHalfEven } from '../onnx/numbers/float16.js';

export type Spacing = 'linspace' | 'leading' | 'trailing';

export interface SpacingConfig {
  readonly spacing: Spacing;
  /** Added to `leading` timesteps. */
  readonly offset: number;
  readonly numTrainTimesteps: number;
}

/** Highest first; `linspace` may fall between two timesteps (Euler and its ancestral form). */
export function fractionalTimesteps(config: SpacingConfig, steps: number): Float32Array {
  return Float32Array.from(spaced(config, steps));
}

/** Highest first, whole numbers (DDIM, PNDM). */
export function wholeTimesteps(config: SpacingConfig, steps: number): Float32Array {
  return Float32Array.from(spaced(config, steps), roundHalfEven);
}

/**
 * DPM-Solver's: as if there were one step more, without the last.
 * @param last number of training timesteps that are used at all
 */
export function solverTimesteps(config: SpacingConfig, steps: number, last: number): Float32Array {
  if (config.spacing === 'trailing')
    return Float32Array.from(trailing(config.numTrainTimesteps, last, steps));
  const all = spaced({ ...config, numTrainTimesteps: last }, steps + 1);
  return Float32Array.from(all.slice(0, -1), roundHalfEven);
}

function spaced({ spacing, offset, numTrainTimesteps: train }: SpacingConfig, steps: number): number[] {
  switch (spacing) {
    case 'linspace':
      return linspace(0, train - 1, steps).reverse();
    case 'leading': {
      const ratio = Math.floor(train / steps);
      return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + offset);
    }
    case 'trailing':
      return trailing(train, train, steps);
  }
}

/** `np.arange(last, 0, -train / steps).round() - 1`; for some counts its rounding gives one entry more. */
function trailing(train: number, last: number, steps: number): number[] {
  const ratio = train / steps;
  return Array.from({ length: Math.ceil(last / ratio) }, (_, i) => roundHalfEven(last - i * ratio) - 1);
}

/** `numpy.linspace` in doubles, both ends included. */
export function linspace(start: number, stop: number, count: number): number[] {
  if (count === 1) return [start];
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : i * step + start));
}
