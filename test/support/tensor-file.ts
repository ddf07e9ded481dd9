/** safetensors files as trainers write them, and headers that no trainer writes. */
import { writeFile } from 'node:fs/promises';

export interface Tensor {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** All zeros, or all the given number. */
export const filled = (dims: readonly number[], value = 0): Tensor => ({
  dims,
  values: new Array<number>(dims.reduce((product, size) => product * size, 1)).fill(value),
});

/** A file of float32 tensors. */
export async function writeTensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  let end = 0;
  const header = Object.entries(tensors).map(([name, { dims, values }]) => {
    const begin = end;
    end += values.length * 4;
    return [name, { dtype: 'F32', shape: dims, data_offsets: [begin, end] }] as const;
  });
  const data = Object.values(tensors).map(({ values }) => Buffer.from(Float32Array.from(values).buffer));
  const whole = { __metadata__: metadata, ...Object.fromEntries(header) };
  await writeFile(path, tensorFile(JSON.stringify(whole), Buffer.concat(data)));
  return path;
}

/** Whatever the header says. */
export function tensorFile(header: string, data: Buffer): Buffer {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}
