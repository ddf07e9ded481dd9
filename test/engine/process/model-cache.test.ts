/** Which models stay in memory: by default the last one, with a budget as many as fit. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelBytes } from '../../../diffusion/index.js';
import { ModelCache } from '../../../engine/process/model-cache.js';
import { GOLDENS } from '../../diffusion/goldens.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const directory = (name: string) => join(GOLDENS, name);

/** Uses the models in turn; resolves to those that had to be loaded. */
async function loadsOf(names: readonly string[], modelMemoryBytes?: number): Promise<string[]> {
  const models = new ModelCache();
  const loads: string[] = [];
  for (const name of names) {
    const key = { modelDirectory: directory(name), loadOptions: { threads: 1 } };
    const model = await models.take(
      modelMemoryBytes === undefined ? key : { ...key, modelMemoryBytes },
      () => {
        loads.push(name);
      },
    );
    // The last model is in memory.
    await model.generate({ prompt: '', seed: 0, steps: 1, guidance: 0, width: 16, height: 16 }).next();
  }
  return loads;
}

describe('the models in memory', () => {
  it('are one at a time without a budget', async () => {
    expect(await loadsOf(['sd', 'sd', 'sdxl', 'sd'])).toEqual(['sd', 'sdxl', 'sd']);
  });

  it('are as many as the budget holds, the least recently used going first', async () => {
    const two = (await modelBytes(directory('sd'))) + (await modelBytes(directory('sdxl')));
    expect(await loadsOf(['sd', 'sdxl', 'sd', 'sdxl'], two)).toEqual(['sd', 'sdxl']);
    expect(await loadsOf(['sd', 'sdxl', 'sd', 'sd-lcm', 'sd', 'sdxl'], two)).toEqual([
      'sd',
      'sdxl',
      'sd-lcm',
      'sdxl',
    ]);
  });

  it('are loaded again after a LoRA has changed, and refused after it was removed', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'painter.safetensors');
    const place = { modelDirectory: directory('loras/sdxl'), loras: [{ path, scale: 1 }] };
    const models = new ModelCache();
    const take = () =>
      models.take({ ...place, mergedModels: { folder }, loadOptions: { threads: 1 } }, () => {});
    await cp(directory('loras/sdxl-old.safetensors'), path);
    const first = await take();
    expect(await take()).toBe(first);
    await cp(directory('loras/sdxl-kohya.safetensors'), path);
    expect((await take()).info.digest).not.toBe(first.info.digest);
    await rm(path);
    await expect(take()).rejects.toThrow(/painter\.safetensors/);
  });

  it('are loaded again to run on another device', async () => {
    const models = new ModelCache();
    const take = (deviceId: number) =>
      models.take(
        {
          modelDirectory: directory('sd'),
          loadOptions: { threads: 1, executionProviders: [{ name: 'cpu', deviceId }] },
        },
        () => {},
      );
    const first = await take(0);
    expect(await take(0)).toBe(first);
    expect(await take(1)).not.toBe(first);
  });

  it('include one that is larger than the budget, alone', async () => {
    expect(await loadsOf(['sd', 'sdxl', 'sdxl'], 1)).toEqual(['sd', 'sdxl']);
  });
});
