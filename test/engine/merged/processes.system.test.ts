/** Real processes that use the same merged model. One makes it; a process that is killed meanwhile leaves no whole copy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { directoryDigest } from '../../../diffusion/model-directory/digest.js';
import { readIdentity } from '../../../engine/merged/merged-identity.js';
import { takeCopy } from '../../../engine/merged/take-copy.js';
import { GOLDENS } from '../../diffusion/goldens.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const PROGRAM = fileURLToPath(new URL('merging-process.mjs', import.meta.url));
const LORAS = join(GOLDENS, 'loras');
const BASE = join(LORAS, 'sdxl');
const loras = [{ path: join(LORAS, 'sdxl-kohya.safetensors'), scale: 1 }];

let folder: string;
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'merged');
});

function start(wanted = loras) {
  const child = spawn(process.execPath, [PROGRAM, BASE, JSON.stringify(wanted), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (data: Buffer) => {
    said += data;
  });
  const holds = async () => {
    while (!said.includes('holds ')) await once(child.stdout, 'data');
  };
  return { child, holds, said: () => said, closed: once(child, 'close') };
}

it('a merged model is made by one of several processes, and used by all', async () => {
  const processes = [start(), start(), start()];
  await Promise.all(processes.map(({ holds }) => holds()));
  const lines = processes.flatMap(({ said }) => said().trim().split('\n'));
  expect(lines.filter((line) => line === 'merging')).toHaveLength(1);
  expect(new Set(lines.filter((line) => line.startsWith('holds'))).size).toBe(1);
});

it('a merged model is not removed while another process uses it, but after that is killed', async () => {
  const holder = start();
  await holder.holds();
  const held = holder.said().trim().split('holds ').at(-1) ?? '';
  const take = async (scale: number) => {
    const [lora] = loras;
    if (lora === undefined) throw new Error('no LoRA');
    const identity = await readIdentity(BASE, [{ ...lora, scale }]);
    let bytes = 0;
    const onMerging = (needed: number) => {
      bytes = needed;
    };
    await (await takeCopy(identity, { folder, threads: 1, budgetBytes: 2_000_000, onMerging })).release();
    return bytes;
  };
  // Room for one, not for two.
  expect(await take(0.5)).toBeGreaterThan(1_000_000);
  expect(existsSync(held)).toBe(true);
  holder.child.kill('SIGKILL');
  await holder.closed;
  await take(0.25);
  expect(existsSync(held)).toBe(false);
});

it.each([
  ['it has begun', '.'],
  ['a part is there', 'model/text_encoder/model.onnx_data'],
  ['the last part is begun', 'model/unet'],
  ['all files are there', 'model/weights.json'],
  ['its manifest is there', 'merged.json'],
])('a merged model is made by the next process if its maker is killed as soon as %s', async (_, path) => {
  const { digest } = await readIdentity(BASE, loras);
  const killed = start();
  const isThere = () =>
    Promise.all(
      [join(folder, `${digest}.partial`, path), join(folder, digest)].map((one) =>
        stat(one).catch(() => undefined),
      ),
    );
  while ((await isThere()).every((found) => found === undefined)) await setImmediate();
  killed.child.kill('SIGKILL');
  await killed.closed;
  const next = start();
  await next.holds();
  expect((await readdir(folder)).sort()).toEqual([digest, `${digest}.lock`]);
  const reference = await takeCopy(await readIdentity(BASE, loras), {
    folder: join(folder, '..', 'calm'),
    threads: 1,
  });
  expect(await directoryDigest(join(folder, digest, 'model'))).toBe(
    await directoryDigest(reference.directory),
  );
  await reference.release();
});
