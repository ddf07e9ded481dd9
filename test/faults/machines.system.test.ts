/**
 * Machines that die, hang, burn down and come back, with real worker processes on a real Temporal server. In every case the
 * image is generated, and is equal to the byte to that of a machine without faults.
 */
import { execFile } from 'node:child_process';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { renditionIdOf } from '../../activities/rendition-id.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { childrenOf, isRunning } from '../support/process-table.js';
import { calmImage, requestFor } from '../support/rendering.js';
import { type Machine, Studio, type VariantRun } from '../support/studio.js';
import { TEMPORAL_CLI } from '../support/temporal-cli.js';

/** Far more steps than the engine may be ahead of the spool, and long enough to be interrupted. */
const LONG = { steps: 60, guidance: 3, width: 256, height: 256 };
/** For faults after the image is done. */
const SHORT = { ...LONG, steps: 4 };
/** The same image in another version of the show, so that each test generates it anew. */
const imageFor = (test: string, settings = LONG): RenditionRequest => ({
  ...requestFor(1, settings),
  version: test,
});

let studio: Studio;
/** Digests of images from a machine without faults, by number of steps. */
const calm = new Map<number, string[]>();
beforeAll(async () => {
  studio = await Studio.open();
  for (const settings of [LONG, SHORT]) {
    const images = await calmImage(imageFor('calm', settings));
    expect(new Set(images).size).toBe(settings.steps + 1);
    calm.set(settings.steps, images);
  }
});
afterEach(() => studio.stopRendering());
afterAll(() => studio.close());

const storedResult = { status: 'stored', missingSteps: [] };

async function expectStored(run: VariantRun, request: RenditionRequest): Promise<void> {
  expect(await run.result()).toEqual(storedResult);
  expect(await studio.stored(request)).toEqual(calm.get(request.settings.steps));
  const { stepDurations } = JSON.parse(String(await studio.read(request, 'timing.json')));
  const steps = Array.from({ length: request.settings.steps }, (_, index) => String(index + 1));
  expect(Object.keys(stepDurations)).toEqual([...steps, 'final']);
}

describe('a rendition', () => {
  it('whose machine burns down in the middle is generated on another one', async () => {
    const request = imageFor('burnt');
    const [first, second] = [studio.machine('burnt-1'), studio.machine('burnt-2')];
    await Promise.all([first.start('gpu'), first.start('uploader')]);
    const run = await studio.generate(request);
    await first.reached(request, 3);
    await first.burn();
    await Promise.all([second.start('gpu'), second.start('uploader')]);
    await expectStored(run, request);
  });

  it('that began on a machine which is restarted is resumed there, though another one is free', async () => {
    const request = imageFor('preferred');
    const [holder, other] = [studio.machine('preferred-1'), studio.machine('preferred-2')];
    const [first] = await Promise.all([holder.start('gpu'), holder.start('uploader')]);
    const run = await studio.generate(request);
    await holder.reached(request, 3);
    const elsewhere = await other.start('gpu');
    first.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const again = await holder.start('gpu');
    await expectStored(run, request);
    expect(again.said()).toMatch(/goes on after step [1-9]/);
    expect(elsewhere.said()).toMatch(/steps are complete on spool \w+; it is asked first/);
  });

  it('whose machine burns down before anything is uploaded is generated on another one', async () => {
    const request = imageFor('unsaved', SHORT);
    const [first, second] = [studio.machine('unsaved-1'), studio.machine('unsaved-2')];
    await first.start('gpu');
    const run = await studio.generate(request, { spoolSilenceSeconds: 2 });
    await first.finished(request);
    await first.burn();
    await Promise.all([second.start('gpu'), second.start('uploader')]);
    await expectStored(run, request);
  });

  it('whose machine loses power before anything is uploaded is stored when it is back, and not computed again', async () => {
    const request = imageFor('power', SHORT);
    const machine = studio.machine('power');
    await machine.start('gpu');
    const run = await studio.generate(request);
    // The server must know that the image is durable: otherwise `denoise` is attempted again on another GPU.
    await expect.poll(() => ordered(run), { timeout: 60_000 }).toContain('uploadFinal');
    await machine.die();
    await Promise.all([machine.start('uploader'), machine.start('uploader')]);
    await expectStored(run, request);
    expect(await (await machine.spool()).renditions()).toEqual([]);
  });

  it('whose engine hangs is resumed by a new engine process', async () => {
    const request = imageFor('hung');
    const machine = studio.machine('hung');
    const gpu = await machine.start('gpu', { PREGEN_STEP_TIMEOUT_SECONDS: '3' });
    await machine.start('uploader');
    const run = await studio.generate(request);
    await machine.reached(request, 3);
    const [engine = Number.NaN] = childrenOf(gpu.pid);
    process.kill(engine, 'SIGSTOP');
    await expectStored(run, request);
    expect(isRunning(engine)).toBe(false);
    expect(gpu.said()).toMatch(/gave no sign of life for 3 s and was killed/);
    expect(gpu.said()).toMatch(/goes on after step \d/);
  });

  it('with a flipped bit in its checkpoint and a cut journal line is resumed from the last intact step', async () => {
    const request = imageFor('flipped');
    const machine = studio.machine('flipped');
    await machine.start('gpu');
    const run = await studio.generate(request);
    await machine.reached(request, 5);
    await machine.die();
    const folder = await renditionFolder(machine, request);
    const checkpoints = (await readdir(folder)).filter((name) => name.endsWith('.latents'));
    const newest = checkpoints.toSorted((left, right) => stepOf(left) - stepOf(right)).at(-1) ?? '';
    await flipByte(join(folder, newest));
    await appendFile(join(folder, 'journal.jsonl'), '{"entry":{"kind":"st');
    const [gpu] = await Promise.all([machine.start('gpu'), machine.start('uploader')]);
    await expectStored(run, request);
    expect(gpu.said()).toMatch(/goes on after step [1-9]/);
  });

  it('with a damaged preview and a damaged final image is decoded again, and is stored as degraded', async () => {
    const request = imageFor('damaged', SHORT);
    const machine = studio.machine('damaged');
    await machine.start('gpu');
    const run = await studio.generate(request);
    await machine.finished(request);
    const folder = await renditionFolder(machine, request);
    await flipByte(join(folder, 'step-2.png'));
    await flipByte(join(folder, 'final.png'));
    await machine.start('uploader');
    expect(await run.result()).toEqual({ status: 'degraded', missingSteps: [2] });
    expect(await studio.stored(request)).toEqual(calm.get(SHORT.steps)?.filter((_, index) => index !== 1));
    const { stepDurations } = JSON.parse(String(await studio.read(request, 'timing.json')));
    expect(stepDurations).not.toHaveProperty('2');
    expect(stepDurations).toHaveProperty('3');
  });

  it('is paused by an operator within a step, and is resumed from its checkpoint when it is unpaused or reset', async () => {
    const request = imageFor('paused');
    const machine = studio.machine('paused');
    const [gpu] = await Promise.all([machine.start('gpu'), machine.start('uploader')]);
    const run = await studio.generate(request);
    await machine.reached(request, 3);
    await operate('pause', run);
    await expect.poll(() => pending(run), { timeout: 60_000 }).toBe('paused');
    await operate('unpause', run);
    await operate('reset', run);
    await expectStored(run, request);
    expect(gpu.said()).toMatch(/goes on after step [1-9]/);
  });

  it('that is cancelled leaves nothing in spool and store, and frees the device for the next image', async () => {
    const request = imageFor('cancelled');
    const machine = studio.machine('cancelled');
    await Promise.all([machine.start('gpu'), machine.start('uploader')]);
    const run = await studio.generate(request);
    await machine.reached(request, 3);
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    expect(await (await machine.spool()).renditions()).toEqual([]);
    expect(await studio.keys(request)).toEqual([]);
    const next = { ...imageFor('cancelled-next'), settings: { ...request.settings, steps: 2 } };
    expect(await (await studio.generate(next)).result()).toEqual(storedResult);
  });
});

describe('a spool that has reached its budget', () => {
  it('makes the GPU wait, says so to operators, and lets it go on when uploads have freed space', async () => {
    const machine = studio.machine('budget');
    // 10 kB, less than one image.
    const gpu = await machine.start('gpu', { PREGEN_SPOOL_BUDGET_GIB: '0.00001' });
    const requests = ['budget-a', 'budget-b', 'budget-c'].map((version) => ({
      ...requestFor(1, { steps: 4 }),
      version,
    }));
    const [first, ...others] = requests;
    if (first === undefined) throw new Error('no request');
    const run = await studio.generate(first);
    await machine.finished(first);
    const runs = await Promise.all(others.map((request) => studio.generate(request)));
    await expect
      .poll(() => heartbeatOf(runs[0]), { timeout: 60_000 })
      .toMatchObject({
        ...{
          phase: 'spool-full',
          spool: { budgetBytes: expect.any(Number), renditions: expect.any(Number) },
        },
      });
    // The log is a moment behind the heartbeat.
    await expect.poll(gpu.said).toMatch(/waits, the spool .* holds \d+ of \d+ bytes; uploads free it/);
    expect(await (await machine.spool()).renditions()).not.toHaveLength(0);
    await machine.start('uploader');
    for (const waiting of [run, ...runs]) expect(await waiting.result()).toEqual(storedResult);
  });
});

describe('a show on two machines', () => {
  it('loses nothing when one of them burns down', async () => {
    const machines = [studio.machine('pair-1'), studio.machine('pair-2')] as const;
    await Promise.all(machines.flatMap((machine) => [machine.start('gpu'), machine.start('uploader')]));
    const requests = ['pair-a', 'pair-b', 'pair-c'].map((version) => imageFor(version));
    // An image may have been finished on the machine before it burned down; the show waits for its upload.
    const patience = { spoolSilenceSeconds: 2 };
    const runs = await Promise.all(requests.map((request) => studio.generate(request, patience)));
    await machines[0].reachedAny(requests, 2);
    await machines[0].burn();
    for (const [index, run] of runs.entries()) await expectStored(run, requests[index] ?? imageFor(''));
  });
});

const stepOf = (name: string): number => Number(/\d+/.exec(name)?.[0]);

async function renditionFolder(machine: Machine, request: RenditionRequest): Promise<string> {
  const rendition = await (await machine.spool()).findRendition(renditionIdOf(request));
  if (rendition === undefined) throw new Error('there is no rendition');
  return rendition.directory;
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

/** Runs a `temporal activity` command, as an operator does. */
async function operate(verb: 'pause' | 'unpause' | 'reset', { workflowId }: VariantRun): Promise<void> {
  const { address, namespace = 'default' } = studio.environment;
  const place = ['--address', address, '--namespace', namespace, '--workflow-id', workflowId];
  await promisify(execFile)(TEMPORAL_CLI, ['activity', verb, '--activity-id', '1', ...place]);
}

/** Details of the last heartbeat of a variant's pending activity. */
async function heartbeatOf(run: VariantRun | undefined): Promise<unknown> {
  const details = (await run?.describe())?.raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0]?.data;
  return details === undefined || details === null ? undefined : JSON.parse(Buffer.from(details).toString());
}

/** Names of a variant's pending activities. */
async function ordered(run: VariantRun): Promise<(string | null | undefined)[]> {
  const { raw } = await run.describe();
  return (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name);
}

/** `PENDING_ACTIVITY_STATE_PAUSED`: the activity was paused, and has stopped. */
const PAUSED = 4;

/** State of the variant's pending activity. */
async function pending(run: VariantRun): Promise<string> {
  const { raw } = await run.describe();
  return raw.pendingActivities?.[0]?.state === PAUSED ? 'paused' : 'not paused';
}
