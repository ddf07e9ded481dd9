/**
 * torch's CUDA random generator, computed on the CPU: pictures that were seeded on a GPU can be made again. Counter
 * based (Philox4x32-10, Salmon et al. 2011); every value depends on seed, draw and position alone. Sources:
 * ATen/native/cuda/DistributionTemplates.h (which thread draws which value), cuRAND's curand_philox4x32_x.h and
 * curand_normal.h (`curand_normal4`).
 *
 * From 2^18 values on, the layout depends on how many blocks of threads the GPU runs at once: `CUDA_BLOCKS` is that of
 * an H100 (132 multiprocessors of 2048 threads). The GPU's approximate sine and cosine differ in the last bits.
 */
import type { RandomGenerator } from './generator.js';

const f32 = Math.fround;
/** Threads in a block of torch's kernel. */
const BLOCK = 256;
/** Most blocks that torch starts: multiprocessors × (their threads / 256). */
const CUDA_BLOCKS = 1056;
/** Values that a thread draws at a time. */
const UNROLL = 4;
const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
/** The golden ratio and √3 - 1, as fractions of 2^32: added to the key every round. */
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const TWO_POW_32_INV = f32(2 ** -32);
const TWO_POW_32_INV_2PI = f32(2 ** -32 * 2 * Math.PI);

type Four = readonly [number, number, number, number];

/** `torch.Generator('cuda').manual_seed(seed)`. */
export class CudaGenerator implements RandomGenerator {
  /** Blocks of four values that earlier draws took from every thread. */
  private offset = 0;
  private readonly key: readonly [number, number];

  /** @param seed a non-negative safe integer; all of it matters, unlike on the CPU. */
  constructor(seed: number) {
    this.key = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
  }

  /** `torch.randn(count, generator=this, device='cuda')` in float32. */
  randn(count: number): Float32Array {
    const values = new Float32Array(count);
    const threads = BLOCK * Math.min(Math.ceil(count / BLOCK), CUDA_BLOCKS);
    const rounds = Math.ceil(count / (threads * UNROLL));
    for (let round = 0; round < rounds; round++) {
      const start = round * threads * UNROLL;
      for (let thread = 0; thread < Math.min(threads, count - start); thread++) {
        const drawn = normal4(philox([this.offset + round, 0, thread, 0], this.key));
        drawn.forEach((value, part) => {
          const at = start + part * threads + thread;
          if (at < count) values[at] = value;
        });
      }
    }
    this.offset += rounds;
    return values;
  }
}

/** Philox4x32-10: four random words for a counter and a key. */
export function philox(counter: Four, key: readonly [number, number]): Four {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = multiply(MULTIPLIERS[0], a);
    const [high1, low1] = multiply(MULTIPLIERS[1], c);
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL[0]) >>> 0;
    k1 = (k1 + WEYL[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** Upper and lower word of a 32 × 32 bit product. */
function multiply(x: number, y: number): readonly [number, number] {
  const [x1, x0, y1, y0] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const low = x0 * y0;
  const middle = x1 * y0 + Math.floor(low / 0x10000);
  const cross = x0 * y1 + (middle % 0x10000);
  const high = x1 * y1 + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000);
  return [high >>> 0, Math.imul(x, y) >>> 0];
}

/** Box-Muller on both pairs of words. */
function normal4([a, b, c, d]: Four): Four {
  return [...boxMuller(a, b), ...boxMuller(c, d)];
}

function boxMuller(x: number, y: number): readonly [number, number] {
  const u = f32(f32(f32(x) * TWO_POW_32_INV) + f32(TWO_POW_32_INV / 2));
  const v = f32(f32(f32(y) * TWO_POW_32_INV_2PI) + f32(TWO_POW_32_INV_2PI / 2));
  const radius = f32(Math.sqrt(f32(-2 * f32(Math.log(u)))));
  return [f32(radius * f32(Math.sin(v))), f32(radius * f32(Math.cos(v)))];
}
