/**
 * Puts the token embeddings of several encoders side by side.
 */
import type { FloatArray } from '../onnx/session.js';

/** [1, n, a] and [1, n, b] to [1, n, a + b]. */
export function joinColumns(blocks: readonly FloatArray[]): FloatArray {
  const rows = blocks[0]?.dims.at(-2) ?? 0;
  const width = blocks.reduce((sum, { dims }) => sum + (dims.at(-1) ?? 0), 0);
  const data = new Float32Array(rows * width);
  let column = 0;
  for (const block of blocks) {
    copyColumns(data, width, column, block);
    column += block.dims.at(-1) ?? 0;
  }
  return { data, dims: [1, rows, width] };
}

/** Writes a [1, rows, n] block into the columns of a wider matrix, from `column` on. */
export function copyColumns(
  target: Float32Array,
  width: number,
  column: number,
  { data, dims }: FloatArray,
): void {
  const n = dims.at(-1) ?? 0;
  for (let row = 0; row * n < data.length; row++) {
    target.set(data.subarray(row * n, (row + 1) * n), row * width + column);
  }
}
