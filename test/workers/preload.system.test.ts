/** A GPU worker that loads the models of a show before it asks for images. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_MODEL } from '../bench/engine/workload.js';
import { pregenProcess } from '../support/pregen.js';
import { requestFor } from '../support/rendering.js';
import { Studio } from '../support/studio.js';

let studio: Studio;
beforeAll(async () => {
  studio = await Studio.open();
});
afterAll(() => studio.close());

const SHOW = `
project: test
version: v1
cues: cues.yaml
models:
  demo: { path: demo-model }
programs:
  P1: { model: demo, steps: 4, guidance: 1, width: 64, height: 64 }
variants: { prompt: 1 }
`;

it('takes no image while it cannot load them, says why, and works when they are there', async () => {
  const folder = join(studio.folder, 'preload');
  await mkdir(folder);
  await writeFile(join(folder, 'show.yaml'), SHOW);
  const machine = studio.machine('preloading');
  const gpu = await machine.start('gpu', {
    PREGEN_PRELOAD: join(folder, 'show.yaml'),
    PREGEN_MACHINE_PAUSE_SECONDS: '1',
    PREGEN_DEVICES: 'cpu,cpu',
  });
  await machine.start('uploader');
  const run = await studio.generate(requestFor(1, { steps: 2 }));
  const refusal = (device: string) =>
    new RegExp(`${device}: Takes no images yet, because it cannot load model demo: .*demo-model`);
  await expect.poll(gpu.said).toMatch(refusal('cpu:0'));
  await expect.poll(gpu.said).toMatch(refusal('cpu:1'));
  const { raw } = await run.describe();
  expect(raw.pendingActivities?.[0]?.lastWorkerIdentity ?? '').toBe('');
  await symlink(DEMO_MODEL, join(folder, 'demo-model'));
  expect(await run.result()).toEqual({ status: 'stored', missingSteps: [] });
});

it('ends with exit code 2 if the file is none of a show, and names every problem', async () => {
  const file = join(studio.folder, 'no-show.yaml');
  await writeFile(file, 'models: {}\nprogrammes: {}\n');
  const env = { ...studio.machine('wrong').variables, PREGEN_PRELOAD: file };
  const { code, stderr } = await pregenProcess(['worker', '--role', 'gpu'], { cwd: studio.folder, env });
  expect(code).toBe(2);
  expect(stderr).toMatch(/project/);
  expect(stderr).toMatch(/programmes/);
});
