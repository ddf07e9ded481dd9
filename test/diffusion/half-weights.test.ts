/** float16 weights in a separate file: on a CPU they stay there, and everything is computed in float32. */
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type GenerationRequest, inspectModel, type LoadOptions, loadModel } from '../../diffusion/index.js';
import { scanAttention } from '../../diffusion/onnx/graph/scan-attention.js';
import { widenHalfWeights } from '../../diffusion/onnx/graph/widen.js';
import { openingOf } from '../../diffusion/onnx/opening.js';
import { openSession, runSession } from '../../diffusion/onnx/session.js';
import { deviation, GOLDENS } from './goldens.js';

const HALF = join(GOLDENS, 'sd-half');
const request: GenerationRequest = {
  ...{ prompt: 'a red boat', steps: 3, guidance: 4, width: 40, height: 24, seed: 1 },
};

interface Recorded {
  readonly dims: number[];
  readonly data: number[];
}
const recorded: Record<string, Recorded> = JSON.parse(readFileSync(join(GOLDENS, 'halves.json'), 'utf8'));
const inputs = ['sample', 'timestep', 'encoder_hidden_states'];

/** Recorded numbers as float32 inputs. */
function feeds(): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map((name) => {
      const { dims = [], data = [] } = recorded[name] ?? {};
      return [name, new Tensor('float32', Float32Array.from(data), dims)];
    }),
  );
}

/** Inputs for a picture of 6 by 2 tokens, with a different number in each channel and position. */
function fluxFeeds(): Record<string, Tensor> {
  const floats = (...dims: number[]) => {
    const size = dims.reduce((product, dim) => product * dim, 1);
    return new Tensor(
      'float32',
      Float32Array.from({ length: size }, (_, index) => Math.sin(index)),
      dims,
    );
  };
  const ids = (tokens: number) =>
    new Tensor(
      'int64',
      BigInt64Array.from({ length: tokens * 3 }, (_, index) => BigInt(index % 7)),
      [tokens, 3],
    );
  return {
    ...{ hidden_states: floats(1, 12, 64), encoder_hidden_states: floats(1, 8, 24) },
    ...{ pooled_projections: floats(1, 16), timestep: floats(1), guidance: floats(1) },
    ...{ img_ids: ids(12), txt_ids: ids(8) },
  };
}

async function imageOf(directory: string, options: LoadOptions = {}): Promise<Uint8Array> {
  const model = await loadModel(directory, { threads: 1, ...options });
  try {
    for await (const event of model.generate(request)) if (event.type === 'final') return event.image.data;
    throw new Error('there was no image');
  } finally {
    await model.dispose();
  }
}

describe('weights in float16', () => {
  it('give the same results as the same numbers stored as float32', async () => {
    const unet = await openSession('unet', join(HALF, 'unet/model.onnx'), {
      executionProviders: ['cpu'],
      threads: 1,
    });
    const { data } = await runSession(unet, feeds(), 'out_sample');
    await unet.ort.release();
    expect(deviation(data, recorded.out_sample?.data ?? [])).toBeLessThan(1e-5);
  });

  it('give nearly the same picture as the weights that they were rounded from', async () => {
    const [image, exact] = [await imageOf(HALF), await imageOf(join(GOLDENS, 'sd'))];
    const differences = exact.map((value, index) => Math.abs(value - (image[index] ?? 0)));
    expect(Math.max(...differences)).toBeGreaterThan(0);
    expect(differences.reduce((sum, one) => sum + one, 0) / differences.length).toBeLessThan(1);
  });

  it('match a profile with fp16, and not one with fp32', async () => {
    expect((await imageOf(HALF, { precision: 'fp16' })).length).toBe(40 * 24 * 3);
    await expect(imageOf(HALF, { precision: 'fp32' })).rejects.toThrow(/unet\/model\.onnx takes float16/);
    const { parts } = await inspectModel(HALF);
    expect(parts.map(({ part, precision }) => [part, precision])).toContainEqual(['unet', 'float16']);
  });

  it.each([
    ['missing', (path: string) => rm(path)],
    ['cut short', (path: string) => truncate(path, 100)],
  ])('are refused by the name of their part when their file is %s', async (_, damage) => {
    const folder = await mkdtemp(join(tmpdir(), 'sd-half-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await cp(HALF, folder, { recursive: true });
    await damage(join(folder, 'unet', 'model.onnx_data'));
    await expect(loadModel(folder, { threads: 1 })).rejects.toThrow(/unet\/model\.onnx/);
  });
});

describe('weights in float32 in a file of their own', () => {
  const path = join(GOLDENS, 'external/vae_decoder/model.onnx');
  const options = { executionProviders: ['cpu'], threads: 1 };

  it('stay there if memory is short, and give the same numbers', async () => {
    const openings = [await openingOf(path, options, 2 ** 40), await openingOf(path, options, 2 ** 16)];
    expect(openings.map(({ model }) => typeof model)).toEqual(['string', 'object']);
    const latents = Float32Array.from({ length: 4 * 5 * 7 }, (_, index) => Math.sin(index));
    const outputs = openings.map(async ({ model, options }) => {
      const session = await InferenceSession.create(model as Uint8Array, options);
      const { sample } = await session.run({ latent_sample: new Tensor('float32', latents, [1, 4, 5, 7]) });
      await session.release();
      return sample?.data as Float32Array;
    });
    const [expected = [], actual = []] = await Promise.all(outputs);
    expect(deviation(actual, expected)).toBeLessThan(1e-5);
  });

  it('stay there for a CPU that is named with options', async () => {
    const cpu = { ...options, executionProviders: [{ name: 'cpu' }] };
    expect((await openingOf(path, cpu, 2 ** 16)).mapped).toBe(true);
  });

  it('are not rewritten for a GPU', async () => {
    const gpu = { ...options, executionProviders: ['cuda'] };
    expect((await openingOf(path, gpu, 2 ** 16)).model).toBe(path);
    expect((await openingOf(join(HALF, 'unet/model.onnx'), gpu)).widened).toBe(false);
  });
});

describe('a graph that is rewritten', () => {
  const inSd = (part: string) => readFileSync(join(GOLDENS, 'sd', part, 'model.onnx'));

  it('is unchanged if no weight is float16 in another file', () => {
    expect(widenHalfWeights(inSd('unet'))).toBeUndefined();
    expect(widenHalfWeights(readFileSync(join(GOLDENS, 'sd3-half/transformer/model.onnx')))).toBeUndefined();
  });

  it.each([
    ['Stable Diffusion', 'sd/unet', feeds()],
    ['FLUX, with rotary positions', 'flux-dev/transformer', fluxFeeds()],
  ])('gives the same numbers when its attention goes head by head: %s', async (_, part, inputs) => {
    const whole = readFileSync(join(GOLDENS, part, 'model.onnx'));
    const byHeads = scanAttention(whole);
    expect(Buffer.from(byHeads).includes('Scan')).toBe(true);
    const outputs = [whole, byHeads].map(async (graph) => {
      const session = await InferenceSession.create(graph, { graphOptimizationLevel: 'disabled' });
      const [output] = Object.values(await session.run(inputs));
      await session.release();
      return output?.data as Float32Array;
    });
    const [expected = [], actual = []] = await Promise.all(outputs);
    expect(deviation(actual, expected)).toBeLessThan(1e-6);
  });

  it.each([['a text'], ['\u0008'], ['\u003a\u00ff']])('is refused where it is no ONNX file: %j', (text) => {
    expect(() => widenHalfWeights(Buffer.from(text, 'latin1'))).toThrow(RangeError);
  });
});
