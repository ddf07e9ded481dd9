/**
 * Where noise comes from: torch's generator of the device on which a picture was, or would have been, seeded. The same
 * seed gives quite different noise on another kind of device.
 */
import { CudaGenerator } from './cuda-random.js';
import type { RandomGenerator, Rng } from './generator.js';
import { TorchGenerator } from './torch-random.js';

export function createGenerator(rng: Rng, seed: number): RandomGenerator {
  switch (rng) {
    case 'cpu':
      return new TorchGenerator(seed);
    case 'cuda':
      return new CudaGenerator(seed);
  }
}
