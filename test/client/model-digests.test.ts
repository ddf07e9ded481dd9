/** The digests of models on this machine, which plans compare with those of stored images. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { digestModels } from '../../client/load/model-digests.js';
import { readIdentity } from '../../engine/merged/merged-identity.js';
import { GOLDENS } from '../diffusion/goldens.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { sampleTask } from '../workflows/samples.js';

const LORAS = join(GOLDENS, 'loras');
const BASE = join(LORAS, 'sdxl');

it('the digest of a model with LoRAs is that of the engine, and changes with base, LoRA and scale', async () => {
  const folder = await temporaryFolder();
  vi.stubEnv('PREGEN_CACHE', join(folder, 'cache'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const path = join(folder, 'painter.safetensors');
  const digestOf = async (loras: readonly { path: string; scale: number }[]) => {
    const loaded = {
      tasks: [sampleTask('v1', 1)],
      modelDirectories: { tiny: BASE },
      modelLoras: { tiny: loras },
    };
    const { tiny } = await digestModels(loaded, { note: () => {} });
    return tiny;
  };
  await cp(join(LORAS, 'sdxl-old.safetensors'), path);
  const digests = [
    await digestOf([]),
    await digestOf([{ path, scale: 1 }]),
    await digestOf([{ path, scale: 0.5 }]),
  ];
  expect(digests[1]).toBe((await readIdentity(BASE, [{ path, scale: 1 }])).digest);
  await cp(join(LORAS, 'sdxl-kohya.safetensors'), path);
  digests.push(await digestOf([{ path, scale: 1 }]));
  expect(new Set(digests).size).toBe(4);
});
