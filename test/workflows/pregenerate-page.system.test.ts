/** A page's window of variants: whatever happens to one of them, its slot is free again and its end is counted, once. */
import { ApplicationFailure } from '@temporalio/client';
import { expect, test } from 'vitest';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import { pageOrdersSignal, pageProgressQuery, WORKFLOW_TYPES } from '../../domain/messages.js';
import { finalKey, JSON_CONTENT_TYPE, PNG_CONTENT_TYPE, timingKey } from '../../domain/object-keys.js';
import { sumOf } from '../../domain/progress.js';
import { failureKey, type RememberedFailure } from '../../domain/remembered-failure.js';
import { requestVariant } from '../../domain/show-plan.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { makeGate } from '../support/gate.js';
import { brokenDevice, endlessDevice, heldDevice } from './devices.js';
import { eventsByExecution } from './executions.js';
import { allVariants, denoised } from './expectations.js';
import { heartbeating, untilCancelled } from './fake-machine.js';
import { useRig } from './rig.js';
import { RETRY_LIMITS, sampleRendition, sampleTask } from './samples.js';
import { ORDERS, startSamplePage } from './start-page.js';

const rig = useRig();

const at = (version: string, variantId: number, cueId = 'cue_0') => ({
  ...{ project: 'test', version, cueId, variantId },
});

async function remembered(version: string, variantId: number): Promise<RememberedFailure | undefined> {
  const key = failureKey(at(version, variantId));
  if ((await rig().store.head(key)) === undefined) return undefined;
  return JSON.parse(String(await rig().store.get(key)));
}

const byHand = (version: string, variantId: number, variants: number) => {
  const request = requestVariant(sampleTask(version, variants), variantId);
  return rig().client.workflow.start(WORKFLOW_TYPES.variant, {
    ...variantStartOptions(request),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ request, replaces: false, patience: RETRY_LIMITS }],
  });
};

const broken = () => ApplicationFailure.nonRetryable('NaN', FAILURE_TYPES.nonFiniteLatents);

/** A loaded machine may need this long for what takes a second. */
const SOON = { timeout: 60_000 };

const NOTHING = { stored: 0, degraded: 0, failed: 0, cancelled: 0, skipped: 0 };

test('a page generates all its variants, never more than its window at once', () =>
  rig().withMachine({}, async (machine) => {
    const { handle } = await startSamplePage(rig(), 'page-happy', { window: 3 });
    expect(await handle.result()).toEqual({ counts: { ...NOTHING, stored: 6 }, failures: [], rest: [] });
    expect(machine.maxInFlight).toBeLessThanOrEqual(3);
    expect(machine.maxInFlight).toBeGreaterThan(1);
  }));

test('failed, cancelled and terminated variants are counted as such, free their slots, and failures are remembered', () =>
  rig().withMachine(
    {
      denoise: async (request) => {
        const { variantId } = request;
        if (variantId === 1) throw broken();
        if (variantId <= 3) return untilCancelled();
        return sampleRendition(request);
      },
    },
    async (machine) => {
      const version = 'page-failures';
      const { handle, child } = await startSamplePage(rig(), version);
      await machine.log.until('denoise cue_0/2');
      await child(2).cancel();
      await machine.log.until('denoise cue_0/3');
      await child(3).terminate();
      const { failures, counts, rest } = await handle.result();
      expect({ counts, rest }).toEqual({
        counts: { ...NOTHING, stored: 3, failed: 2, cancelled: 1 },
        rest: [],
      });
      expect(failures.map(({ variantId }) => variantId)).toEqual([1, 3]);
      expect(failures.map(({ reason }) => reason).join()).toMatch(/NonFiniteLatents: NaN.*it was terminated/);
      expect(await remembered(version, 1)).toMatchObject({
        reason: expect.stringContaining('NaN'),
        showRunId: 'a-run',
      });
      expect(await remembered(version, 2)).toBeUndefined();
      expect(await remembered(version, 3)).toMatchObject({ reason: 'it was terminated' });
    },
  ));

test('a failure is forgotten when the variant is stored', () => {
  const { denoise, mend } = brokenDevice();
  return rig().withMachine({ denoise }, async () => {
    const version = 'page-forgets';
    const sample = { variants: 1 };
    expect((await (await startSamplePage(rig(), version, sample)).handle.result()).counts.failed).toBe(1);
    expect(await remembered(version, 1)).toBeDefined();
    mend();
    expect((await (await startSamplePage(rig(), version, sample)).handle.result()).counts.stored).toBe(1);
    expect(await remembered(version, 1)).toBeUndefined();
  });
});

test('a variant that somebody has started by hand is left to them, takes no slot, and is not counted as made by this run', () => {
  const gate = makeGate();
  return rig().withMachine({ uploadFinal: (it) => storeWhenOpen(it) }, async (machine) => {
    const version = 'page-by-hand';
    const other = await byHand(version, 1, 3);
    await machine.log.until('uploadFinal cue_0/1');
    const { handle } = await startSamplePage(rig(), version, { variants: 3, window: 1 });
    await machine.log.until('released cue_0/3');
    await expect
      .poll(() => handle.query(pageProgressQuery), SOON)
      .toMatchObject({ inFlight: [], waiting: 1 });
    gate.release();
    await other.result();
    expect(await handle.result()).toMatchObject({ counts: { ...NOTHING, stored: 2, skipped: 1 }, rest: [] });
    expect(machine.log.count('denoise cue_0/1')).toBe(1);
  });
  async function storeWhenOpen(it: Parameters<typeof finalKey>[0]): Promise<void> {
    if (it.variantId === 1) await heartbeating(gate.open);
    await rig().store.put(finalKey(it), Buffer.alloc(0), { contentType: PNG_CONTENT_TYPE });
  }
});

test('a variant that somebody else has stored before its turn came is not made again', () => {
  const { denoise, release } = heldDevice((request) => request.variantId === 1);
  return rig().withMachine({ denoise }, async (machine) => {
    const version = 'page-meanwhile';
    const { handle, child } = await startSamplePage(rig(), version, { variants: 2, window: 1 });
    await machine.log.until('denoise cue_0/1');
    await (await byHand(version, 2, 2)).result();
    release();
    expect(await handle.result()).toMatchObject({ counts: { ...NOTHING, stored: 1, skipped: 1 }, rest: [] });
    expect(await child(2).result()).toEqual({ status: 'skipped', missingSteps: [] });
    expect(machine.log.count('denoise cue_0/2')).toBe(1);
  });
});

test('a variant that somebody else has stopped, or that failed under them, is generated after all', () => {
  let first = true;
  return rig().withMachine(
    {
      denoise: async (request) => {
        if (request.variantId === 1 && first) {
          first = false;
          return untilCancelled();
        }
        return sampleRendition(request);
      },
    },
    async (machine) => {
      const other = await byHand('page-inherits', 1, 2);
      await machine.log.until('denoise cue_0/1');
      const { handle } = await startSamplePage(rig(), 'page-inherits', { variants: 2 });
      await machine.log.until('released cue_0/2');
      await other.cancel();
      expect(await handle.result()).toMatchObject({ counts: { ...NOTHING, stored: 2 } });
      expect(machine.log.count('denoise cue_0/1')).toBe(2);
    },
  );
});

test('told to stop, a page lets what is in flight finish and gives the rest back', () => {
  const { denoise, release } = heldDevice();
  return rig().withMachine({ denoise }, async (machine) => {
    const { handle } = await startSamplePage(rig(), 'page-stop', { cues: 2, variants: 4 });
    await machine.log.until('denoise cue_0/2');
    await handle.signal(pageOrdersSignal, { ...ORDERS, revision: 1, stop: true });
    await expect.poll(() => orders(handle.workflowId), SOON).toBe(1);
    release();
    const { counts, rest } = await handle.result();
    expect(counts).toEqual({ ...NOTHING, stored: 2 });
    expect(rest).toEqual([
      { cueId: 'cue_0', variants: [[3, 4]] },
      { cueId: 'cue_1', variants: [[1, 4]] },
    ]);
    const { handle: again } = await startSamplePage(rig(), 'page-stop', {
      cues: 2,
      variants: 4,
      only: rest,
    });
    expect((await again.result()).counts).toEqual({ ...NOTHING, stored: 6 });
    expect(denoised(machine.log.events)).toEqual(allVariants(2, 4));
  });
});

/** How many orders a page has heard. */
async function orders(workflowId: string): Promise<number> {
  const executions = await eventsByExecution(rig().client, workflowId);
  return executions.flat().filter((event) => event.workflowExecutionSignaledEventAttributes).length;
}

test('a paused cue starts nothing more and goes on when it is resumed; a page with nothing else gives it back', () => {
  const { denoise, release } = heldDevice();
  return rig().withMachine({ denoise }, async (machine) => {
    const sample = { cues: 2, variants: 3, window: 1 };
    const { handle } = await startSamplePage(rig(), 'page-pause', sample);
    await machine.log.until('denoise cue_0/1');
    await handle.signal(pageOrdersSignal, { ...ORDERS, window: 1, revision: 1, pausedCues: ['cue_0'] });
    release();
    await machine.log.until('denoise cue_1/1');
    await handle.signal(pageOrdersSignal, { ...ORDERS, window: 1, revision: 2 });
    await machine.log.until('released cue_0/2');
    await handle.signal(pageOrdersSignal, {
      ...ORDERS,
      window: 1,
      revision: 3,
      pausedCues: ['cue_0', 'cue_1'],
    });
    const { counts, rest } = await handle.result();
    expect(rest.map(({ cueId }) => cueId)).toContain('cue_1');
    const left = rest.flatMap(({ variants }) => variants.map(([first, last]) => last - first + 1));
    expect(left.reduce((sum, number) => sum + number, sumOf(counts))).toBe(6);
    expect(machine.maxInFlight).toBe(1);
  });
});

test('what is cancelled stops if it has begun, never begins if it has not, and is no failure', () =>
  rig().withMachine(
    {
      denoise: async (request) =>
        request.cueId === 'cue_0' && request.variantId === 1 ? untilCancelled() : sampleRendition(request),
    },
    async (machine) => {
      const { handle } = await startSamplePage(rig(), 'page-cancel-part', {
        cues: 2,
        variants: 3,
        window: 1,
      });
      await machine.log.until('denoise cue_0/1');
      const cancelled = [{ cueId: 'cue_0' }, { cueId: 'cue_1', variantId: 2 }];
      await handle.signal(pageOrdersSignal, { ...ORDERS, window: 1, revision: 1, cancelled });
      expect(await handle.result()).toMatchObject({
        counts: { ...NOTHING, stored: 2, cancelled: 4 },
        failures: [],
        rest: [],
      });
      expect(denoised(machine.log.events)).toEqual(['denoise cue_0/1', 'denoise cue_1/1', 'denoise cue_1/3']);
    },
  ));

test('what was stored since the plan was made is left out, unless it is to be replaced', () =>
  rig().withMachine({}, async (machine) => {
    for (const variantId of [1, 2]) {
      const address = at('page-late', variantId);
      await rig().store.put(finalKey(address), Buffer.from('x'), { contentType: PNG_CONTENT_TYPE });
      await rig().store.put(timingKey(address), Buffer.from('{}'), { contentType: JSON_CONTENT_TYPE });
    }
    const { handle } = await startSamplePage(rig(), 'page-late', { variants: 3, replace: [2] });
    expect((await handle.result()).counts).toEqual({ ...NOTHING, stored: 2, skipped: 1 });
    expect(denoised(machine.log.events)).toEqual(['denoise cue_0/2', 'denoise cue_0/3']);
    expect(machine.log.count('withdrawTiming cue_0/2')).toBe(1);
  }));

test('what is called stored and is not in the store is generated again, then named as failed', () =>
  rig().withMachine(
    {
      uploadFinal: async (it) => {
        const isLost = it.variantId === 2 || (it.variantId === 1 && !(await tried(it)));
        if (!isLost) await rig().store.put(finalKey(it), Buffer.alloc(0), { contentType: PNG_CONTENT_TYPE });
      },
    },
    async (machine) => {
      const { handle } = await startSamplePage(rig(), 'page-lost', { variants: 3, program: 'P0' });
      const { counts, failures } = await handle.result();
      expect(counts).toEqual({ ...NOTHING, stored: 2, failed: 1 });
      expect(failures).toEqual([
        { cueId: 'cue_0', variantId: 2, reason: expect.stringMatching(/is not in the store/) },
      ]);
      expect(await remembered('page-lost', 2)).toBeDefined();
      expect([1, 2, 3].map((variantId) => machine.log.count(`denoise cue_0/${variantId}`))).toEqual([
        2, 2, 1,
      ]);
    },
  ));

const triedOnce = new Set<string>();
async function tried(it: { cueId: string; variantId: number }): Promise<boolean> {
  const key = `${it.cueId}/${it.variantId}`;
  return triedOnce.has(key) || !triedOnce.add(key);
}

test('a cancelled page waits until the devices of its variants have stopped', () => {
  const { denoise, stopped } = endlessDevice();
  return rig().withMachine({ denoise }, async (machine) => {
    const { handle } = await startSamplePage(rig(), 'page-cancel', { variants: 4 });
    await machine.log.until('denoise cue_0/1');
    await machine.log.until('denoise cue_0/2');
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(stopped()).toBe(2);
    expect(machine.log.count('denoise cue_0/3')).toBe(0);
  });
});
