/**
 * FLUX's view of latents: one token for every 2×2 of them, all channels of a token together, and for every token an
 * id with its row and column. Everywhere else latents stay as they are, channel by channel.
 */
import type { FloatArray } from '../../onnx/session.js';
import type { Latents } from '../../types.js';

/** Latents per token, in each direction. */
export const PATCH = 2;

/** [channels, h, w] to [1, h/2 · w/2, channels · 4] (`_pack_latents`). */
export function pack(latents: Latents): FloatArray {
  const { data, channels, height, width } = latents;
  const tokens = (height / PATCH) * (width / PATCH);
  const packed = new Float32Array(data.length);
  eachLatent(latents, (from, to) => {
    packed[to] = data[from] ?? 0;
  });
  return { data: packed, dims: [1, tokens, channels * PATCH * PATCH] };
}

/** The inverse (`_unpack_latents`), for latents of this shape. */
export function unpack(packed: Float32Array, shape: Omit<Latents, 'data'>): Float32Array {
  const data = new Float32Array(packed.length);
  eachLatent(shape, (to, from) => {
    data[to] = packed[from] ?? 0;
  });
  return data;
}

/** Ids of the image's tokens, [h/2 · w/2, 3]: 0, row, column. */
export function imageIds({ height, width }: Latents): FloatArray {
  const [rows, columns] = [height / PATCH, width / PATCH];
  const data = new Float32Array(rows * columns * 3);
  for (let token = 0; token < rows * columns; token++) {
    data.set([0, Math.floor(token / columns), token % columns], token * 3);
  }
  return { data, dims: [rows * columns, 3] };
}

/** Ids of the prompt's tokens, [n, 3]: all zero. */
export function textIds(count: number): FloatArray {
  return { data: new Float32Array(count * 3), dims: [count, 3] };
}

/** Calls with the place of each latent and its place among the tokens. */
function eachLatent(
  { channels, height, width }: Omit<Latents, 'data'>,
  visit: (latent: number, packed: number) => void,
): void {
  let latent = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const token = Math.floor(y / PATCH) * (width / PATCH) + Math.floor(x / PATCH);
        const inside = channel * PATCH * PATCH + (y % PATCH) * PATCH + (x % PATCH);
        visit(latent++, token * channels * PATCH * PATCH + inside);
      }
    }
  }
}
