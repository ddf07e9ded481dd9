/** Merged models on the disk of a machine: made once, shared, kept within a budget, and never incomplete. */
import { appendFile, cp, readdir, rm, stat, truncate, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ModelError } from '../../../diffusion/index.js';
import { readIdentity } from '../../../engine/merged/merged-identity.js';
import { type HeldCopy, type MergedModels, takeCopy } from '../../../engine/merged/take-copy.js';
import { GOLDENS } from '../../diffusion/goldens.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const LORAS = join(GOLDENS, 'loras');
const BASE = join(LORAS, 'sdxl');
const lora = (name: string, scale = 1) => ({ path: join(LORAS, `${name}.safetensors`), scale });
const SECOND = lora('sdxl-old');

let folder: string;
let made: number[];
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'merged');
  made = [];
});

async function take(
  loras = [lora('sdxl-kohya')],
  options: MergedModels = {},
  base = BASE,
): Promise<HeldCopy> {
  const identity = await readIdentity(base, loras);
  return takeCopy(identity, { folder, threads: 1, onMerging: (bytes) => made.push(bytes), ...options });
}

const takeAndRelease = async (...order: Parameters<typeof take>): Promise<string> => {
  const copy = await take(...order);
  await copy.release();
  return copy.directory;
};

/** Whole or half made. */
const copiesThere = async () => (await readdir(folder)).filter((name) => !name.endsWith('.lock')).length;

describe('a merged model', () => {
  it('is made once, whatever the order of its LoRAs, and again for another scale', async () => {
    const first = await takeAndRelease([lora('sdxl-kohya', 0.5), SECOND]);
    expect(await takeAndRelease([SECOND, lora('sdxl-kohya', 0.5)])).toBe(first);
    expect(made).toHaveLength(1);
    expect(await takeAndRelease([SECOND, lora('sdxl-kohya', 0.6)])).not.toBe(first);
    expect(made).toHaveLength(2);
  });

  it('takes the disk space that is reported beforehand', async () => {
    const directory = await takeAndRelease([lora('sdxl-original')]);
    const written = [
      'unet/model.onnx_data',
      'unet/model.onnx',
      'unet/config.json',
      'weights.json',
      'model_index.json',
    ];
    const sizes = await Promise.all(written.map(async (file) => (await stat(join(directory, file))).size));
    expect(made).toEqual([sizes.reduce((sum, size) => sum + size, 0)]);
  });

  it('is another one after its base or LoRA has changed in place', async () => {
    const base = join(await temporaryFolder(), 'base');
    await cp(BASE, base, { recursive: true });
    const own = { path: join(base, '..', 'own.safetensors'), scale: 1 };
    await cp(SECOND.path, own.path);
    const before = await takeAndRelease([own], {}, base);
    await cp(lora('sdxl-kohya').path, own.path);
    const after = await takeAndRelease([own], {}, base);
    expect(after).not.toBe(before);
    await appendFile(join(base, 'model_index.json'), '\n');
    expect(await takeAndRelease([own], {}, base)).not.toBe(after);
    expect(made).toHaveLength(3);
  });

  it('is made once for several concurrent users', async () => {
    const copies = await Promise.all([take(), take(), take(), take()]);
    expect(new Set(copies.map(({ directory }) => directory)).size).toBe(1);
    expect(made).toHaveLength(1);
    await Promise.all(copies.map((copy) => copy.release()));
  });

  it.each([
    ['a file of it is cut short', (copy: string) => truncate(join(copy, 'model/unet/model.onnx_data'), 1000)],
    ['a file of it is gone', (copy: string) => rm(join(copy, 'model/unet/model.onnx'))],
    ['its manifest is cut short', (copy: string) => truncate(join(copy, 'merged.json'), 10)],
  ])('is made anew where %s', async (_, damage) => {
    const directory = await takeAndRelease();
    const size = (await stat(join(directory, 'unet/model.onnx_data'))).size;
    await damage(join(directory, '..'));
    expect(await takeAndRelease()).toBe(directory);
    expect(made).toHaveLength(2);
    expect((await stat(join(directory, 'unet/model.onnx_data'))).size).toBe(size);
  });
});

describe('a merge that fails', () => {
  it('leaves nothing', async () => {
    await expect(take([lora('flux-kohya')])).rejects.toThrow(ModelError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves nothing if a LoRA has changed meanwhile', async () => {
    const own = { path: join(await temporaryFolder(), 'own.safetensors'), scale: 1 };
    await cp(SECOND.path, own.path);
    const identity = await readIdentity(BASE, [own]);
    await cp(lora('sdxl-kohya').path, own.path);
    await expect(takeCopy(identity, { folder, threads: 1 })).rejects.toThrow(/or a LoRA, has changed while/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is refused beforehand if the disk has too little space', async () => {
    const identity = await readIdentity(BASE, [SECOND]);
    const failed = takeCopy(identity, {
      folder,
      threads: 1,
      freeBytes: 1000,
      onMerging: (bytes) => made.push(bytes),
    });
    await expect(failed).rejects.toMatchObject({
      code: 'ENOSPC',
      message: expect.stringMatching(
        /takes 0\.\d+ GiB of disk, and .* are free in .*merged \(PREGEN_MERGED_MODELS\)/,
      ),
    });
    expect([await readdir(folder), made]).toEqual([[], []]);
  });

  it('names a missing LoRA', async () => {
    await expect(take([lora('missing')])).rejects.toThrow(
      /Cannot use the model in .*sdxl: .*missing\.safetensors/,
    );
  });
});

describe('the budget of merged models', () => {
  /** What one copy takes. */
  const sizeOfOne = async () => {
    await takeAndRelease();
    return made[0] ?? 0;
  };
  const isThere = (directory: string) =>
    stat(directory).then(
      () => true,
      () => false,
    );

  it('removes the least recently used copy', async () => {
    const bytes = await sizeOfOne();
    const first = await takeAndRelease();
    const second = await takeAndRelease([SECOND]);
    const lock = (directory: string) => `${join(directory, '..')}.lock`;
    await utimes(lock(first), 1000, 1000);
    await utimes(lock(second), 2000, 2000);
    await takeAndRelease();
    const third = await takeAndRelease([lora('sdxl-peft')], { budgetBytes: 2.5 * bytes });
    expect(await Promise.all([first, second, third].map(isThere))).toEqual([true, false, true]);
    expect(await isThere(lock(second))).toBe(false);
  });

  it('removes no copy in use', async () => {
    const bytes = await sizeOfOne();
    const held = await take();
    const second = await takeAndRelease([SECOND], { budgetBytes: 1.5 * bytes });
    expect(await isThere(held.directory)).toBe(true);
    await held.release();
    await takeAndRelease([lora('sdxl-peft')], { budgetBytes: 1.5 * bytes });
    expect(await Promise.all([held.directory, second].map(isThere))).toEqual([false, false]);
  });

  it('is refused with its variable if it is less than one copy', async () => {
    await sizeOfOne();
    await expect(take([SECOND], { budgetBytes: 1000 })).rejects.toThrow(
      /takes 0\.\d+ GiB of disk, and PREGEN_MERGED_BUDGET_GIB allows/,
    );
    expect(await copiesThere()).toBe(1);
  });

  it('removes the remains of interrupted merges', async () => {
    const directory = await takeAndRelease();
    const left = `${'0'.repeat(64)}.partial`;
    await cp(directory, join(folder, left, 'model'), { recursive: true });
    await rm(join(directory, '..', 'merged.json'));
    await takeAndRelease([SECOND]);
    expect(await copiesThere()).toBe(1);
  });
});
