/**
 * Merges LoRAs into single weights. Several LoRAs of a weight are concatenated into one of a higher rank, so that a float16 weight
 * is converted and rounded only once.
 */
import type { FileHandle } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { openRegularFile } from '../../../files/read-regular-file.js';
import { ModelError } from '../../errors.js';
import { allFinite } from '../../onnx/numbers/finite.js';
import type { Product, WeightChange } from '../plan-merge.js';
import { nameOfLora } from '../read-lora.js';
import { readTensor } from '../safetensors.js';
import { productGraph, type WeightForm } from './product-graph.js';

export class WeightMerger {
  private readonly sessions = new Map<string, InferenceSession>();
  private readonly files = new Map<string, FileHandle>();

  /**
   * @param directory of the model, for messages
   * @param threads of ONNX Runtime; undefined: its own choice
   */
  constructor(
    private readonly directory: string,
    private readonly threads: number | undefined,
  ) {}

  /** Bytes of the merged weight. Throws a ModelError if it has values that are not finite. */
  async merge({ weight, products }: WeightChange, bytes: Uint8Array): Promise<Uint8Array> {
    const [rows = 0, ...rest] = weight.dims;
    const columns = rest.reduce((product, size) => product * size, 1);
    const { up, down, rank } = await this.joined(products, rows, columns);
    const session = await this.sessionFor(weight);
    const { merged } = await session.run({
      weight: tensorOf(bytes, weight.type, weight.transposed ? [columns, rows] : [rows, columns]),
      up: new Tensor('float32', up, [rows, rank]),
      down: new Tensor('float32', down, [rank, columns]),
    });
    const data = merged?.data;
    if (!ArrayBuffer.isView(data)) throw new Error('ONNX Runtime gave no merged weight');
    const result = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (!hasOnlyNumbers(result, weight.type))
      throw new ModelError(this.directory, [
        `merged, the weight "${weight.parameter}" of ${weight.part} is not finite in ${weight.type}: try a smaller scale, or weights in float32`,
      ]);
    return result;
  }

  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.release()));
    await Promise.all([...this.files.values()].map((file) => file.close()));
  }

  /** `up` and `down` of all products, concatenated along the rank; `down` is multiplied by the factors. */
  private async joined(products: readonly Product[], rows: number, columns: number) {
    const ranks = products.map(({ down }) => down.dims[0] ?? 0);
    const rank = ranks.reduce((sum, one) => sum + one, 0);
    const up = new Float32Array(rows * rank);
    const down = new Float32Array(rank * columns);
    let first = 0;
    for (const [index, product] of products.entries()) {
      const own = ranks[index] ?? 0;
      const matrices = await this.matricesOf(product);
      for (let row = 0; row < rows; row++) {
        const from = (product.firstRow + row) * own;
        up.set(matrices.up.subarray(from, from + own), row * rank + first);
      }
      down.set(
        matrices.down.map((value) => value * product.factor),
        first * columns,
      );
      first += own;
    }
    return { up, down, rank };
  }

  private async matricesOf({ path, up, down }: Product) {
    const file = this.files.get(path) ?? (await openRegularFile(path, false));
    this.files.set(path, file);
    const matrices = { up: await readTensor(file, up), down: await readTensor(file, down) };
    if (!allFinite(matrices.up) || !allFinite(matrices.down))
      throw new ModelError(this.directory, [`${nameOfLora(path)} holds numbers that are not finite`]);
    return matrices;
  }

  private async sessionFor(form: WeightForm): Promise<InferenceSession> {
    const key = `${form.type} ${form.transposed}`;
    const session =
      this.sessions.get(key) ??
      (await InferenceSession.create(productGraph(form), {
        executionProviders: ['cpu'],
        ...(this.threads !== undefined && { intraOpNumThreads: this.threads }),
        // An arena would keep memory for weights of every size.
        enableCpuMemArena: false,
        enableMemPattern: false,
      }));
    this.sessions.set(key, session);
    return session;
  }
}

function tensorOf(bytes: Uint8Array, type: WeightForm['type'], dims: readonly number[]): Tensor {
  const { buffer, byteOffset, byteLength } = bytes;
  return type === 'float16'
    ? new Tensor('float16', new Uint16Array(buffer, byteOffset, byteLength / 2), dims)
    : new Tensor('float32', new Float32Array(buffer, byteOffset, byteLength / 4), dims);
}

/** In float16, an exponent of all ones is infinity or NaN. */
function hasOnlyNumbers({ buffer, byteOffset, byteLength }: Uint8Array, type: WeightForm['type']): boolean {
  if (type === 'float32') return allFinite(new Float32Array(buffer, byteOffset, byteLength / 4));
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  for (let i = 0; i < halves.length; i++) if (((halves[i] ?? 0) & 0x7c00) === 0x7c00) return false;
  return true;
}
