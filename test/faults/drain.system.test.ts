/**
 * Machines that are brought to their end on purpose: they take nothing new, finish and store what they have, and exit with 0; who is
 * in a hurry hands back what it has.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RenditionRequest } from '../../domain/rendition.js';
import { pregen, startPregen } from '../support/pregen.js';
import { requestFor } from '../support/rendering.js';
import { Studio } from '../support/studio.js';

/** Long enough to be interrupted. */
const LONG = { steps: 40, guidance: 3, width: 256, height: 256 };
const imageFor = (test: string): RenditionRequest => ({ ...requestFor(1, LONG), version: test });

let studio: Studio;
beforeAll(async () => {
  studio = await Studio.open();
});
afterEach(() => studio.stopRendering());
afterAll(() => studio.close());

const storedResult = { status: 'stored', missingSteps: [] };

describe('a drained machine', () => {
  it('finishes and stores the image in hand, takes no other, and leaves an empty spool', async () => {
    const machine = studio.machine('drained');
    const [gpu, uploader] = await Promise.all([machine.start('gpu'), machine.start('uploader')]);
    const first = await studio.generate(imageFor('drained-1'));
    await machine.reached(imageFor('drained-1'), 3);
    const draining = pregen(['worker', 'drain', '--json'], {
      cwd: studio.folder,
      env: { PREGEN_SPOOL: machine.spoolFolder },
    });
    await expect.poll(() => gpu.said()).toMatch(/Takes nothing new .* it was asked to be drained/);
    const second = await studio.generate(imageFor('drained-2'));
    expect(await first.result()).toEqual(storedResult);
    expect(await Promise.all([gpu.ended, uploader.ended])).toEqual([0, 0]);
    const { code, stdout } = await draining;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).drained).toHaveLength(2);
    expect(await (await machine.spool()).renditions()).toEqual([]);
    const next = studio.machine('next');
    await Promise.all([next.start('gpu'), next.start('uploader')]);
    expect(await second.result()).toEqual(storedResult);
  });

  it('without an uploader is not called stored: the finished image is named, and the exit code is 1', async () => {
    const machine = studio.machine('no-uploader');
    await machine.start('gpu');
    await studio.generate(imageFor('no-uploader'));
    await machine.finished(imageFor('no-uploader'));
    const env = { PREGEN_SPOOL: machine.spoolFolder };
    for (const line of [
      /1 finished image is on .* and not in the store/,
      /No GPU worker .* 1 finished image/,
    ]) {
      const { code, stdout } = await pregen(['worker', 'drain'], { cwd: studio.folder, env });
      expect(code).toBe(1);
      expect(stdout).toMatch(line);
    }
  });

  it('is none where no worker is at work, and says so', async () => {
    const env = { PREGEN_SPOOL: `${studio.folder}/nothing-here` };
    const { code, stdout } = await pregen(['worker', 'drain'], { cwd: studio.folder, env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/No GPU worker and no uploader is at work on .*nothing-here/);
  });
});

describe('SIGTERM', () => {
  it('leaves a worker the time that it was given to finish the image in hand', async () => {
    const machine = studio.machine('graceful');
    const gpu = await machine.start('gpu', { PREGEN_DRAIN_SECONDS: '120' });
    await studio.generate(imageFor('graceful'));
    await machine.reached(imageFor('graceful'), 3);
    gpu.kill('SIGTERM');
    expect(await gpu.ended).toBe(0);
    await machine.finished(imageFor('graceful'));
  });

  it('the second time makes it hand back the image at once', async () => {
    const machine = studio.machine('hurried');
    const gpu = await machine.start('gpu', { PREGEN_DRAIN_SECONDS: '120' });
    const run = await studio.generate(imageFor('hurried'));
    await machine.reached(imageFor('hurried'), 3);
    gpu.kill('SIGTERM');
    await expect.poll(() => gpu.said()).toMatch(/Takes nothing new/);
    gpu.kill('SIGTERM');
    expect(await gpu.ended).toBe(0);
    const again = await machine.start('gpu');
    await machine.start('uploader');
    expect(await run.result()).toEqual(storedResult);
    expect(again.said()).toMatch(/goes on after step [1-9]/);
  });
});

it('a rented machine makes what there is, stores it, and ends by itself', async () => {
  const machine = studio.machine('rented');
  const run = await studio.generate(imageFor('rented'));
  const worker = startPregen(['worker'], {
    cwd: studio.folder,
    env: { ...machine.variables, PREGEN_EXIT_WHEN_IDLE_SECONDS: '2' },
  });
  expect(await worker.ended).toBe(0);
  expect(await run.result()).toEqual(storedResult);
});
