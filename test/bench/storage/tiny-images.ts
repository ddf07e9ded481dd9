/**
 * A show of many images in a folder, whose objects have a byte or two: for measuring the cost of keys. Written without
 * the store, which would fsync each of a million files.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordKey } from '../../../domain/image-record.js';
import {
  finalKey,
  type ShowAddress,
  stepKey,
  timingKey,
  type VariantAddress,
} from '../../../domain/object-keys.js';
import type { CueTask } from '../../../domain/show-plan.js';
import type { ObjectStore } from '../../../storage/object-store.js';
import { openStore } from '../../../storage/open-store.js';

export interface TinyShow {
  readonly cues: number;
  readonly variants: number;
  /** 0: a program without previews. */
  readonly steps: number;
}

const SHOW: ShowAddress = { project: 'bench', version: 'v1' };

export async function tinyImages(
  root: string,
  tiny: TinyShow,
): Promise<{ store: ObjectStore; show: ShowAddress; tasks: readonly CueTask[] }> {
  const tasks = Array.from({ length: tiny.cues }, (_, index) => taskOf(index, tiny));
  for (const task of tasks) {
    const variants = Array.from({ length: tiny.variants }, (_, index) => ({ ...task, variantId: index + 1 }));
    await Promise.all(variants.map((address) => writeImage(root, address, tiny.steps)));
  }
  return { store: openStore(`file:${root}`), show: SHOW, tasks };
}

const taskOf = (index: number, { variants, steps }: TinyShow): CueTask => ({
  ...SHOW,
  ...{ cueId: `prompt_${index}_00_00_10`, index, time: '0:00:10', action: 'prompt', variants },
  settings: {
    program: 'P3',
    model: {
      name: 'painter',
      path: './painter',
      showDirectory: '/show',
      executionProviders: ['cpu'],
      previews: 'latent-rgb',
    },
    prompt: 'a lighthouse by the sea at night, waves, a long exposure, photorealistic',
    ...{ steps, guidance: 7, width: 1024, height: 1024, previews: steps > 0 },
  },
});

async function writeImage(root: string, address: VariantAddress, steps: number): Promise<void> {
  const fingerprint = 'ab'.repeat(32);
  const record = { seed: 4_000_000_000, fingerprint, previews: steps, durationMs: 1400 };
  const previews = Array.from({ length: steps }, (_, index) => stepKey(address, index + 1));
  const timing = steps > 0 ? [timingKey(address)] : [];
  const { project, version, cueId, variantId } = address;
  const keys = [...previews, finalKey(address), ...timing];
  keys.push(recordKey({ project, version, cueId, variantId }, record));
  for (const folder of new Set(keys.map(dirname))) await mkdir(join(root, folder), { recursive: true });
  for (const key of keys) await writeFile(join(root, key), '{}');
}
