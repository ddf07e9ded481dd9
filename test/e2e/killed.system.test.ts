/**
 * The first promise, with real processes: if a process is killed in the middle of an image, every image is still generated, and is
 * equal to the byte to that of a run without faults.
 */
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Spool } from '../../storage/spool/spool.js';
import { childrenOf } from '../support/process-table.js';
import { expectedObjects, STEPS, writeSmallShow } from './small-show.js';
import type { Stage } from './stage.js';
import { imageDigests, storedKeys } from './stored.js';
import { useStage } from './use-stage.js';

/** Large enough for a process to be killed during a step. */
const SIZE = 256;
/** Interval of polling the spool, far shorter than a step. */
const LOOK_AGAIN_MS = 10;

const scene = useStage();

/**
 * Generates the small show in a project of its own (seeds depend on the version only, so images are the same), while `disturb` kills
 * processes of the stage; resolves to the digest of every image.
 */
async function perform(
  project: string,
  disturb: (stage: Stage, done: AbortSignal) => Promise<void>,
): Promise<Record<string, string>> {
  const { stage, store } = scene();
  const done = new AbortController();
  const showFile = await writeSmallShow(join(stage.folder, project), { project, size: SIZE });
  const show = stage.pregen('show', 'start', showFile, '--wait').finally(() => done.abort());
  await Promise.all([disturb(stage, done.signal), show]);
  expect(await show).toMatchObject({ code: 0 });
  expect(await storedKeys(store, { project })).toEqual(expectedObjects());
  return imageDigests(store, { project });
}

/** Resolves when some unfinished rendition on the spool has at least `step` durable steps; rejects if the show ends first. */
async function whenDurable(stage: Stage, step: number, done: AbortSignal): Promise<void> {
  const spool = await Spool.open(stage.stack.spool, { budgetBytes: 1 });
  const reached = async () => {
    const renditions = await Promise.all((await spool.renditions()).map((id) => spool.findRendition(id)));
    return renditions.some((rendition) => rendition && !rendition.final && rendition.steps.length >= step);
  };
  // Another process writes, in folders that are created and removed, so that only polling finds the step.
  while (!(await reached().catch(() => false))) await pause(LOOK_AGAIN_MS, undefined, { signal: done });
}

const kill = (pid: number | undefined) => process.kill(pid ?? Number.NaN, 'SIGKILL');

describe('a show whose processes are killed', () => {
  let undisturbed: Record<string, string>;
  beforeAll(async () => {
    undisturbed = await perform('calm', async () => {});
  });

  it('has the same images to the byte when the GPU worker is killed in the middle of them', async () => {
    const images = await perform('worker', async (stage, done) => {
      for (const step of [2, STEPS - 2]) {
        await whenDurable(stage, step, done);
        const pid = await stage.pidOf('gpu');
        kill(pid);
        await restarted(stage, pid, done);
      }
    });
    expect(images).toEqual(undisturbed);
  });

  it('has the same images to the byte when the engine process is killed in the middle of them', async () => {
    const images = await perform('engine', async (stage, done) => {
      for (const step of [1, 4, 6]) {
        await whenDurable(stage, step, done);
        const [engine] = childrenOf(await stage.pidOf('gpu'));
        kill(engine);
      }
    });
    expect(images).toEqual(undisturbed);
  });

  it('has the same images to the byte when uploader and orchestrator are killed', async () => {
    const images = await perform('uploader', async (stage, done) => {
      await whenDurable(stage, 3, done);
      kill(await stage.pidOf('uploader'));
      kill(await stage.pidOf('orchestrator'));
    });
    expect(images).toEqual(undisturbed);
  });
});

/** Resolves when the supervisor has started the role again. */
async function restarted(stage: Stage, killed: number, done: AbortSignal): Promise<void> {
  const changes = watch(join(stage.folder, 'dev'), { signal: done });
  if ((await stage.pidOf('gpu')) !== killed) return;
  for await (const _change of changes) if ((await stage.pidOf('gpu')) !== killed) return;
}
