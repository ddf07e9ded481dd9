/** Weights in a separate file, as in every model above 2 GB. */
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inspectModel, loadModel } from '../../diffusion/index.js';
import { GOLDENS } from './goldens.js';
import { withExternalData } from './model-folder.js';

const request = { prompt: 'a red boat', steps: 2, guidance: 0, width: 32, height: 32, seed: 1 };

let directory: string;
beforeEach(async () => {
  directory = await withExternalData('sd');
});
afterEach(() => rm(directory, { recursive: true }));

async function finalOf(directory: string): Promise<Uint8Array | undefined> {
  const model = await loadModel(directory, { threads: 1 });
  try {
    for await (const event of model.generate(request)) if (event.type === 'final') return event.image.data;
    return undefined;
  } finally {
    await model.dispose();
  }
}

it('weights in a separate file make the same image as the same weights inside the ONNX file', async () => {
  const image = await finalOf(directory);
  expect(image?.length).toBe(32 * 32 * 3);
  expect(image).toEqual(await finalOf(join(GOLDENS, 'sd')));
});

it('weights in a separate file count in the size of the part', async () => {
  const sizeOf = async (directory: string) =>
    (await inspectModel(directory)).parts.find(({ part }) => part === 'vae_decoder')?.bytes ?? 0;
  expect(await sizeOf(directory)).toBeGreaterThan(0.9 * (await sizeOf(join(GOLDENS, 'sd'))));
});

it.each([
  ['missing', (path: string) => rm(path)],
  ['cut short', (path: string) => truncate(path, 100)],
])('is refused by the name of its part when the file is %s', async (_, damage) => {
  await damage(join(directory, 'vae_decoder', 'model.onnx_data'));
  await expect(loadModel(directory, { threads: 1 })).rejects.toThrow(/vae_decoder\/model\.onnx/);
});
