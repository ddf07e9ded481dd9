/** The noise of torch, as all of its generators give it. */

/** The device whose generator is reproduced, wherever the model itself runs. */
export type Rng = 'cpu' | 'cuda';

export interface RandomGenerator {
  /** The next standard normal values, in float32. */
  randn(count: number): Float32Array;
}
