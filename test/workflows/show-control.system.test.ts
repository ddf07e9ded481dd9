/** Selections, failure budgets, retries, changed shows, and priorities. */
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test } from 'vitest';
import {
  acceptChangesUpdate,
  pauseUpdate,
  resumeUpdate,
  retryFailedUpdate,
  type ShowWorkflow,
  showProgressQuery,
  WORKFLOW_TYPES,
} from '../../domain/messages.js';
import { PRIORITY } from '../../domain/priorities.js';
import type { ShowProgress } from '../../domain/progress.js';
import { requestVariant } from '../../domain/show-plan.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { GPU_QUEUE, ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { makeGate } from '../support/gate.js';
import { brokenDevice, heldDevice } from './devices.js';
import { allVariants, denoised } from './expectations.js';
import { heartbeating, type MachineActivities } from './fake-machine.js';
import { SOON, useRig } from './rig.js';
import { RETRY_LIMITS, sampleTask } from './samples.js';
import { type SampleShow, startSampleShow, storeSampleBundle } from './start-show.js';

/** One partition, as in the development stack: with several, each has its own order, and a poll reads from any of them. */
const ONE_PARTITION = ['matching.numTaskqueueReadPartitions=1', 'matching.numTaskqueueWritePartitions=1'];

const rig = useRig(...ONE_PARTITION);

const startShow = (version: string, sample?: SampleShow) => startSampleShow(rig(), version, sample);

/** Number of images with this priority that wait for the device; the server updates it every few seconds. */
async function waitingByPriority(priorityKey: number): Promise<number> {
  const { client } = rig();
  const queue = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: GPU_QUEUE },
    // Activities.
    taskQueueType: 2,
    reportStats: true,
  });
  return Number(queue.statsByPriorityKey?.[priorityKey]?.approximateBacklogCount ?? 0);
}

/** Resumes the show each time that it pauses: failures before the first pause may be reported after it. */
async function persist(
  handle: WorkflowHandle<ShowWorkflow>,
  update: typeof resumeUpdate | typeof retryFailedUpdate,
): Promise<ShowProgress> {
  await expect
    .poll(async () => {
      const { phase } = await handle.query(showProgressQuery);
      if (phase === 'paused') await handle.executeUpdate<unknown, []>(update);
      return phase;
    }, SOON)
    .toBe('done');
  return handle.result();
}

test('more failures than the budget pause the show before the whole cue has failed; retry generates them again', () => {
  const { denoise, mend } = brokenDevice();
  return rig().withMachine({ denoise }, async (machine) => {
    const handle = await startShow('show-budget', {
      cues: 2,
      variants: 12,
      window: 2,
      maxFailures: { count: 2 },
    });
    await expect
      .poll(() => handle.query(showProgressQuery), SOON)
      .toMatchObject({
        phase: 'paused',
        pausedBecause: expect.stringMatching(/of 24 variants have failed, and at most 2 may/),
      });
    expect(denoised(machine.log.events).length).toBeLessThan(24);
    mend();
    expect(await handle.executeUpdate(retryFailedUpdate)).toBeGreaterThan(2);
    const result = await persist(handle, retryFailedUpdate);
    expect(result).toMatchObject({ planned: 24, skipped: 0, stored: 24, failed: 0, failures: [] });
    expect(new Set(denoised(machine.log.events))).toEqual(new Set(allVariants(2, 12)));
  });
});

test('a budget that is used up by the last variants pauses the show, which waits for an operator instead of ending', () => {
  const { denoise, mend } = brokenDevice();
  return rig().withMachine({ denoise }, async () => {
    const handle = await startShow('show-one-window', {
      cues: 2,
      variants: 5,
      window: 8,
      maxFailures: { count: 2 },
      selection: { mode: 'missing', cues: ['cue_0'] },
    });
    await expect
      .poll(() => handle.query(showProgressQuery), SOON)
      .toMatchObject({ phase: 'paused', failed: 5, planned: 5, pagesInFlight: [] });
    mend();
    expect(await handle.executeUpdate(retryFailedUpdate)).toBe(5);
    expect(await handle.result()).toMatchObject({ planned: 5, stored: 5, failed: 0 });
  });
});

test('a retry that arrives while a show writes its manifest is carried out, and the manifest is written again', () => {
  const { denoise, mend } = brokenDevice(({ variantId }) => variantId === 1);
  const [begun, written] = [makeGate(), makeGate()];
  let manifests = 0;
  const writeManifest = (): Promise<void> => {
    manifests += 1;
    begun.release();
    return written.open;
  };
  return rig().withMachine(
    { denoise },
    async () => {
      const handle = await startShow('show-last-moment', { cues: 1, variants: 2 });
      await begun.open;
      mend();
      expect(await handle.executeUpdate(retryFailedUpdate)).toBe(1);
      written.release();
      expect(await handle.result()).toMatchObject({ planned: 2, stored: 2, failed: 0 });
      expect(manifests).toBe(2);
    },
    { plan: { writeManifest } },
  );
});

test('a show that is resumed after its budget was used up goes on to the end, and its failures stay counted', () =>
  rig().withMachine(
    brokenDevice(({ cueId }) => cueId === 'cue_0'),
    async () => {
      const handle = await startShow('show-go-on', {
        cues: 2,
        variants: 4,
        window: 1,
        maxFailures: { percent: 30 },
      });
      await expect.poll(() => handle.query(showProgressQuery), SOON).toMatchObject({ phase: 'paused' });
      await handle.executeUpdate(resumeUpdate);
      const result = await persist(handle, resumeUpdate);
      expect(result).toMatchObject({ planned: 8, stored: 4, failed: 4 });
    },
  ));

test('a show generates only selected variants, only failed ones, or all of them again', () => {
  const { denoise, mend } = brokenDevice((request) => request.cueId === 'cue_1');
  return rig().withMachine({ denoise }, async (machine) => {
    const run = async (sample: SampleShow) => {
      const before = machine.log.events.length;
      const handle = await startShow('show-part', { cues: 3, variants: 2, ...sample });
      return { result: await handle.result(), did: denoised(machine.log.events.slice(before)) };
    };
    const two = await run({ selection: { mode: 'missing', cues: ['cue_1', 'cue_2'], limit: 3 } });
    expect(two.did).toEqual(['denoise cue_1/1', 'denoise cue_1/2', 'denoise cue_2/1']);
    expect(two.result).toMatchObject({ planned: 3, skipped: 0, stored: 1, failed: 2 });
    mend();
    const failed = await run({ selection: { mode: 'failed' } });
    expect(failed.did).toEqual(['denoise cue_1/1', 'denoise cue_1/2']);
    expect(failed.result).toMatchObject({ planned: 3, skipped: 1, stored: 2 });
    const force = await run({ selection: { mode: 'force', cues: ['cue_1'] } });
    expect(force.did).toEqual(['denoise cue_1/1', 'denoise cue_1/2']);
    expect(force.result).toMatchObject({ planned: 2, skipped: 0, stored: 2 });
    await expect(run({ selection: { mode: 'missing', cues: ['cue_9'] } })).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/no cue "cue_9".*cue_0, cue_1, cue_2/) },
    });
  });
});

test('retrying a show that replaces stored images replaces those that failed', () => {
  let failing = false;
  const { denoise, mend } = brokenDevice(({ variantId }) => failing && variantId === 2);
  return rig().withMachine({ denoise }, async (machine) => {
    const sample: SampleShow = { cues: 1, variants: 3, window: 2 };
    await (await startShow('show-force', sample)).result();
    failing = true;
    const maxFailures = { count: 0 };
    const again = await startShow('show-force', { ...sample, selection: { mode: 'force' }, maxFailures });
    await expect.poll(() => again.query(showProgressQuery), SOON).toMatchObject({ phase: 'paused' });
    mend();
    await again.executeUpdate(retryFailedUpdate);
    expect(await persist(again, retryFailedUpdate)).toMatchObject({
      planned: 3,
      skipped: 0,
      stored: 3,
      failed: 0,
    });
    expect(machine.log.count('denoise cue_0/1')).toBe(2);
    expect(machine.log.count('denoise cue_0/2')).toBe(3);
  });
});

test('accepted changes of a running show are planned when the variants in flight have ended', () => {
  const { denoise, release } = heldDevice();
  return rig().withMachine({ denoise }, async (machine) => {
    const handle = await startShow('show-edition', { cues: 2, variants: 2, window: 1 });
    await machine.log.until('denoise cue_0/1');
    const bundleKey = await storeSampleBundle(rig(), 'show-edition', { cues: 3, variants: 3 });
    await handle.executeUpdate(acceptChangesUpdate, { args: [{ bundleKey }] });
    release();
    // The variants of the first plan were stored before the second plan.
    expect(await handle.result()).toMatchObject({ planned: 9, skipped: 1, stored: 8 });
    expect(denoised(machine.log.events)).toEqual(allVariants(3, 3));
    expect((await handle.describe()).memo).toMatchObject({ bundleKey });
  });
});

test('an image that is started by hand goes before the backlog of the show', () => {
  const { denoise, release } = heldDevice();
  return rig().withMachine(
    { denoise },
    async (machine) => {
      const show = await startShow('show-backlog', { cues: 1, variants: 12, window: 12 });
      await machine.log.untilMatch(/^denoise /);
      const request = { ...requestVariant(sampleTask('by-hand', 1), 1), cueId: 'wanted' };
      const byHand = await rig().client.workflow.start(WORKFLOW_TYPES.variant, {
        ...variantStartOptions(request),
        taskQueue: ORCHESTRATION_QUEUE,
        args: [{ request, replaces: false, patience: RETRY_LIMITS }],
        priority: { priorityKey: PRIORITY.byHand },
      });
      await expect.poll(() => waitingByPriority(PRIORITY.byHand), SOON).toBe(1);
      release();
      await Promise.all([show.result(), byHand.result()]);
      const order = machine.log.events.filter((event) => event.startsWith('denoise '));
      expect(order.indexOf('denoise wanted/1')).toBe(1);
    },
    { gpuSlots: 1 },
  );
});

test('the images of a show have the show’s priority', () => {
  const gate = makeGate();
  const waiting = ({ uploadFinal }: MachineActivities): Partial<MachineActivities> => ({
    uploadFinal: (it) => heartbeating(gate.open).then(() => uploadFinal(it)),
  });
  return rig().withMachine(waiting, async (machine) => {
    const show = await startShow('show-urgent', { cues: 1, variants: 1, priority: { priorityKey: 2 } });
    await machine.log.until('uploadFinal cue_0/1');
    const { raw } = await rig().client.workflow.getHandle('pregen/test/show-urgent/cue_0/1').describe();
    expect(raw.workflowExecutionInfo?.priority?.priorityKey).toBe(2);
    await show.executeUpdate(pauseUpdate);
    gate.release();
    await show.result();
  });
});
