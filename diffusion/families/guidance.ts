/**
 * Classifier-free guidance: the negative prompt and the prompt in one batch of two, the negative one first, as
 * diffusers does, and their outputs combined in float32.
 */
import type { FloatArray } from '../onnx/session.js';
import type { Latents } from '../types.js';

const f32 = Math.fround;

/** Joins arrays along the batch dimension. */
export function stack(arrays: readonly FloatArray[]): FloatArray {
  const [first] = arrays;
  if (first === undefined || arrays.length === 1) return first ?? { data: new Float32Array(0), dims: [0] };
  const data = new Float32Array(first.data.length * arrays.length);
  arrays.forEach((array, i) => {
    data.set(array.data, i * first.data.length);
  });
  return { data, dims: [arrays.length, ...first.dims.slice(1)] };
}

/** The same latents for every prompt of the batch. */
export function repeatLatents({ data, channels, height, width }: Latents, batch: number): FloatArray {
  return stack(new Array<FloatArray>(batch).fill({ data, dims: [1, channels, height, width] }));
}

/**
 * negative + guidance · (positive - negative) over the two halves of an output. A plain loop, as in the schedulers' steps:
 * the device waits for it, and `map` takes ten times as long.
 */
export function guide(both: Float32Array, guidance: number): Float32Array {
  const half = both.length / 2;
  const scale = f32(guidance);
  const guided = new Float32Array(half);
  for (let i = 0; i < half; i++) {
    const negative = both[i] ?? 0;
    guided[i] = negative + f32(scale * f32((both[half + i] ?? 0) - negative));
  }
  return guided;
}
