/** Whole shows on a real server with real plans in a real store: window, steering, every kind of end, and the sums of their counts. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import {
  acceptChangesUpdate,
  type PageWorkflow,
  pauseCueUpdate,
  pauseUpdate,
  resumeUpdate,
  setWindowUpdate,
  showProgressQuery,
  WORKFLOW_TYPES,
} from '../../domain/messages.js';
import type { PlanPage } from '../../domain/plan-pages.js';
import { sumOf } from '../../domain/progress.js';
import { PREGEN_STATUS } from '../../domain/search-attributes.js';
import { planPageKey } from '../../domain/show-bundle.js';
import { requestVariant } from '../../domain/show-plan.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { listWorkflowIds } from '../support/list-workflow-ids.js';
import { endlessDevice, heldDevice } from './devices.js';
import { allVariants, denoised } from './expectations.js';
import { SOON, useRig } from './rig.js';
import { RETRY_LIMITS, sampleTask } from './samples.js';
import { type SampleShow, startSampleShow } from './start-show.js';

const rig = useRig();

const startShow = (version: string, sample?: SampleShow) => startSampleShow(rig(), version, sample);

/** Ids of workflows below a show that a list query finds, without the show itself. */
const under = async (version: string, query: string): Promise<string[]> =>
  (await listWorkflowIds(rig().client, query)).filter((id) => id.startsWith(`pregen/test/${version}/`));

const runningUnder = (version: string) => under(version, 'ExecutionStatus = "Running"');
const pagesOfShow = (version: string) => under(version, `WorkflowType = "${WORKFLOW_TYPES.page}"`);

test('a show generates every variant once, within its window, and a second run finds all stored', () =>
  rig().withMachine(
    {},
    async (machine) => {
      const handle = await startShow('show-happy', { cues: 4, variants: 4, program: 'P4' });
      const result = await handle.result();
      expect(result).toMatchObject({
        phase: 'done',
        ...{ planned: 16, skipped: 0, stored: 16, failed: 0, cancelled: 0 },
        pagesInFlight: [],
        runId: handle.firstExecutionRunId,
      });
      expect(denoised(machine.log.events)).toEqual(allVariants(4, 4));
      expect(machine.maxInFlight).toBeLessThanOrEqual(4);
      expect(machine.maxInFlight).toBeGreaterThan(2);
      const { typedSearchAttributes } = await handle.describe();
      expect(typedSearchAttributes.get(PREGEN_STATUS)).toBe('stored');
      const again = await startShow('show-happy', { cues: 4, variants: 4, program: 'P4' });
      expect(await again.result()).toMatchObject({ planned: 16, skipped: 16, stored: 0 });
    },
    { pageVariants: 3 },
  ));

test('the same show started twice is one run', () =>
  rig().withMachine({}, async () => {
    const handle = await startShow('show-twice', { cues: 2 });
    await expect(startShow('show-twice', { cues: 2 })).rejects.toBeInstanceOf(
      WorkflowExecutionAlreadyStartedError,
    );
    expect(await handle.result()).toMatchObject({ stored: 6 });
  }));

test('a paused show finishes the variants in flight, and goes on with the window that was set meanwhile', () => {
  const { denoise, release } = heldDevice();
  return rig().withMachine({ denoise }, async (machine) => {
    const handle = await startShow('show-pause', { cues: 3, variants: 4, window: 2 });
    await machine.log.until('denoise cue_0/2');
    await handle.executeUpdate(pauseUpdate);
    release();
    await expect
      .poll(() => handle.query(showProgressQuery), SOON)
      .toMatchObject({ phase: 'paused', pagesInFlight: [], stored: 2 });
    expect(denoised(machine.log.events)).toHaveLength(2);
    await expect(handle.executeUpdate(setWindowUpdate, { args: [0] })).rejects.toThrow();
    await handle.executeUpdate(setWindowUpdate, { args: [3] });
    await handle.executeUpdate(resumeUpdate);
    expect(await handle.result()).toMatchObject({ window: 3, failed: 0, planned: 12, stored: 12 });
    expect(denoised(machine.log.events)).toEqual(allVariants(3, 4));
    expect(machine.maxInFlight).toBe(3);
  });
});

test('a terminated show leaves nothing running, and a run that is started at once completes it', () => {
  let slow = true;
  const { denoise, stopped } = endlessDevice(() => slow);
  return rig().withMachine({ denoise }, async (machine) => {
    const sample = { cues: 3, variants: 2, window: 4 };
    const first = await startShow('show-terminate', sample);
    for (const image of ['cue_0/1', 'cue_0/2', 'cue_1/1', 'cue_1/2'])
      await machine.log.until(`denoise ${image}`);
    slow = false;
    await first.terminate('the operator starts over');
    const again = await startShow('show-terminate', { ...sample, variants: 3 });
    expect(await again.result()).toMatchObject({ planned: 9, stored: 9, failed: 0, skipped: 0 });
    expect(stopped()).toBe(4);
    await expect.poll(() => runningUnder('show-terminate'), SOON).toEqual([]);
  });
});

test('a terminated show that is not started again leaves nothing running', () => {
  const { denoise, running } = endlessDevice();
  return rig().withMachine({ denoise }, async (machine) => {
    const show = await startShow('show-red-button', { cues: 2, variants: 3, window: 4 });
    await machine.log.until('denoise cue_1/1');
    await show.terminate();
    await expect.poll(() => runningUnder('show-red-button'), SOON).toEqual([]);
    await expect.poll(running, SOON).toBe(0);
  });
});

const PAGE_ENDS = ['cancel', 'terminate'] as const;
test.each(PAGE_ENDS)(
  'a page that an operator ends (%s) leaks no slot, and the sum of counts is right',
  (how) => {
    const version = `show-page-${how}`;
    return rig().withMachine(
      endlessDevice(({ cueId, variantId }) => cueId === 'cue_0' && variantId === 2),
      async (machine) => {
        const show = await startShow(version, { cues: 3, variants: 3, window: 2 });
        await machine.log.until('denoise cue_0/2');
        await machine.log.until('released cue_1/1');
        const [page = ''] = await pagesOfShow(version);
        const handle = rig().client.workflow.getHandle<PageWorkflow>(page);
        await (how === 'cancel' ? handle.cancel() : handle.terminate('by hand'));
        const result = await show.result();
        expect(sumOf(result)).toBe(9);
        expect(how === 'cancel' ? result.cancelled : result.failed).toBeGreaterThan(0);
        expect(how === 'cancel' ? result.failed : result.cancelled).toBe(0);
        expect(await runningUnder(version)).toEqual([]);
      },
      { pageVariants: 6 },
    );
  },
);

test('a show with a page that lacks a cue is planned again, and nothing is missing in the end', () => {
  const { denoise, release } = heldDevice();
  return rig().withMachine(
    { denoise },
    async (machine) => {
      const show = await startShow('show-recount', { cues: 4, variants: 2, window: 2 });
      await machine.log.until('denoise cue_0/1');
      const key = await secondPage('show-recount');
      const { cues }: PlanPage = JSON.parse(String(await rig().store.get(key)));
      const body = Buffer.from(JSON.stringify({ cues: cues.slice(1) }));
      await rig().store.put(key, body, { contentType: 'application/json' });
      release();
      const result = await show.result();
      expect(result).toMatchObject({ planned: 8, failed: 0 });
      expect(result.stored + result.skipped).toBe(8);
      expect(denoised(machine.log.events)).toEqual(allVariants(4, 2));
    },
    { pageVariants: 4 },
  );
});

async function secondPage(version: string): Promise<string> {
  const show = { project: 'test', version };
  for await (const { key } of rig().store.list(`test/${version}/pregen/plans/`))
    if (key.endsWith('/1.json')) return planPageKey(show, key.split('/').at(-2) ?? '', 1);
  throw new Error('the plan has no second page');
}

test('a show in which every variant fails has failed itself, with its counts', () =>
  rig().withMachine(
    {
      denoise: async () => {
        throw new TypeError('no');
      },
      releaseSpool: async () => {},
    },
    async (machine) => {
      const show = await startShow('show-all-failed', { cues: 1, variants: 2, window: 2 });
      await machine.log.until('denoise cue_0/2');
      for (const variantId of [1, 2])
        await rig().client.workflow.getHandle(`pregen/test/show-all-failed/cue_0/${variantId}`).terminate();
      await expect(show.result()).rejects.toMatchObject({
        cause: {
          message: expect.stringMatching(/all 2 variants failed, the last because it was terminated/),
          details: [expect.objectContaining({ planned: 2, failed: 2, stored: 0 })],
        },
      });
    },
  ));

test('shows that wait for variants of other runs do not delay the planning of other shows', () => {
  const { denoise, release } = heldDevice((request) => request.cueId === 'cue_0');
  return rig().withMachine(
    { denoise },
    async (machine) => {
      const waiting = ['show-waits-a', 'show-waits-b', 'show-waits-c'];
      const byHand = await Promise.all(
        waiting.flatMap((version) => [1, 2].map((id) => startByHand(version, id))),
      );
      const shows = await Promise.all(waiting.map((version) => startShow(version, { cues: 2, variants: 2 })));
      await machine.log.until('released cue_1/2', waiting.length);
      const other = await startShow('show-does-not-wait', { cues: 1, variants: 1, program: 'P4', window: 1 });
      await machine.log.until('denoise cue_0/1', waiting.length + 1);
      release();
      expect(await other.result()).toMatchObject({ stored: 1 });
      for (const show of shows)
        expect(await show.result()).toMatchObject({ planned: 4, stored: 2, skipped: 2 });
      await Promise.all(byHand.map((variant) => variant.result()));
    },
    { planSlots: 1 },
  );
});

function startByHand(version: string, variantId: number) {
  const request = requestVariant(sampleTask(version, 2, 'P0'), variantId);
  return rig().client.workflow.start(WORKFLOW_TYPES.variant, {
    ...variantStartOptions(request),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ request, replaces: false, patience: RETRY_LIMITS }],
  });
}

test('a show that cannot be planned again ends, also with a cue paused and images in flight', () =>
  rig().withMachine(
    endlessDevice(({ cueId }) => cueId === 'cue_0'),
    async (machine) => {
      const version = 'show-fails';
      const show = await startShow(version, { cues: 4, variants: 2, window: 3 });
      await machine.log.until('denoise cue_0/2');
      await show.executeUpdate(pauseCueUpdate, { args: [{ cueId: 'cue_3' }] });
      // The changed bundle does not exist, so it cannot be planned.
      const gone = 'test/show-fails/pregen/bundles/gone.json';
      for (const variantId of [1, 2])
        await rig().client.workflow.getHandle(`pregen/test/${version}/cue_0/${variantId}`).cancel();
      await show.executeUpdate(acceptChangesUpdate, { args: [{ bundleKey: gone }] });
      await expect(show.result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('could not be planned') },
      });
      await expect.poll(() => runningUnder(version), SOON).toEqual([]);
    },
    { pageVariants: 2 },
  ));

test('a show with an invalid bundle fails with a message that names the problems', () =>
  rig().withMachine({}, async () => {
    const handle = await startShow('show-bad', { bundleKey: 'test/show-bad/pregen/bundles/none.json' });
    const error: unknown = await handle.result().catch((failure: unknown) => failure);
    expect(String((error as { cause?: Error }).cause?.message)).toContain('none.json');
  }));
