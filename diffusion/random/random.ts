/**
 * Where noise comes from: torch's generator of the device on which a picture was, or would have been, seeded. The same
 * seed gives quite different noise on another kind of device.
 */
import { CudaGenerator } from './cuda-random.js';
import { TorchGenerator } from './torch-random.js';

/** The device whose generator is reproduced, wherever the model itself runs. */
export type Rng = 'cpu' | 'cuda';

export interface RandomGenerator {
  /** The next standard normal values, in float32. */
  randn(count: number): Float32Array;
}

export function createGenerator(rng: Rng, seed: number): RandomGenerator {
  switch (rng) {
    case 'cpu':
      return new TorchGenerator(seed);
    case 'cuda':
      return new CudaGenerator(seed);
  }
}
