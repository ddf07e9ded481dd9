/** A cue's window of variants: whatever happens to one of them, its slot is free again and its end is counted. */
import { ApplicationFailure } from '@temporalio/client';
import { expect, test } from 'vitest';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import { cueProgressQuery, cueWindowSignal, WORKFLOW_TYPES } from '../../domain/messages.js';
import { requestVariant } from '../../domain/show-plan.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { makeGate } from '../support/gate.js';
import { type FakeMachine, untilCancelled } from './fake-machine.js';
import { useRig } from './rig.js';
import { PATIENCE, sampleRendition, sampleTask } from './samples.js';
import { startSampleCue } from './start-cue.js';

const rig = useRig();

test('a cue generates all its variants, never more than its window at once', () =>
  rig().withMachine({}, async (machine) => {
    const { handle } = await startSampleCue(rig(), 'cue-happy', { window: 3 });
    const result = await handle.result();
    expect(result).toMatchObject({ total: 6, stored: 6, degraded: 0, failed: 0, inFlight: [], failures: [] });
    expect(machine.maxInFlight).toBeLessThanOrEqual(3);
    expect(machine.maxInFlight).toBeGreaterThan(1);
  }));

test('failed, cancelled and terminated variants are counted with their reasons and free their slots', () =>
  rig().withMachine(
    {
      denoise: async (request) => {
        const { variantId } = request;
        if (variantId === 1) throw ApplicationFailure.nonRetryable('NaN', FAILURE_TYPES.nonFiniteLatents);
        if (variantId <= 3) return untilCancelled();
        return sampleRendition(request);
      },
    },
    async (machine) => {
      const { handle, child } = await startSampleCue(rig(), 'cue-failures');
      await machine.log.until('denoise cue_0/2');
      await child(2).cancel();
      await machine.log.until('denoise cue_0/3');
      await child(3).terminate();
      const { failures, ...counts } = await handle.result();
      expect(counts).toMatchObject({ total: 6, stored: 3, failed: 3 });
      const reasons = Object.fromEntries(failures.map(({ variantId, reason }) => [variantId, reason]));
      expect(reasons[1]).toContain('NonFiniteLatents: NaN');
      expect(reasons[2]).toContain('cancelled');
      expect(reasons[3]).toContain('terminated');
    },
  ));

test('a variant that somebody has started by hand is waited for and counted, not generated twice', () => {
  const gate = makeGate();
  return rig().withMachine({ uploadFinal: () => gate.open }, async (machine) => {
    const task = sampleTask('cue-by-hand', 2);
    const request = requestVariant(task, 2);
    await rig().client.workflow.start(WORKFLOW_TYPES.variant, {
      ...variantStartOptions(request),
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ request, replaces: false, patience: PATIENCE }],
    });
    await machine.log.until('uploadFinal cue_0/2');
    const { handle } = await startSampleCue(rig(), 'cue-by-hand', { variants: 2 });
    await machine.log.until('uploadFinal cue_0/1');
    gate.release();
    expect(await handle.result()).toMatchObject({ total: 2, stored: 2, failed: 0 });
    expect(machine.log.count('denoise cue_0/2')).toBe(1);
  });
});

test('progress tells what is in flight; a window of 0 starts nothing more until it is opened again', () => {
  const gate = makeGate();
  return rig().withMachine({ uploadFinal: () => gate.open }, async (machine: FakeMachine) => {
    const { handle } = await startSampleCue(rig(), 'cue-progress', { variants: 4, window: 2 });
    await machine.log.until('uploadFinal cue_0/2');
    expect(await handle.query(cueProgressQuery)).toMatchObject({ total: 4, stored: 0, inFlight: [1, 2] });
    await handle.signal(cueWindowSignal, { window: 0, order: 1 });
    gate.release();
    await machine.log.until('released cue_0/1');
    await machine.log.until('released cue_0/2');
    expect(machine.log.count('denoise cue_0/3')).toBe(0);
    await handle.signal(cueWindowSignal, { window: 1, order: 3 });
    // Said before, but overtaken on its way.
    await handle.signal(cueWindowSignal, { window: 0, order: 2 });
    expect(await handle.result()).toMatchObject({ stored: 4 });
  });
});

test('a cancelled cue waits until the devices of its variants have stopped', () => {
  let stopped = 0;
  return rig().withMachine(
    {
      denoise: async () => {
        try {
          return await untilCancelled();
        } finally {
          stopped += 1;
        }
      },
    },
    async (machine) => {
      const { handle } = await startSampleCue(rig(), 'cue-cancel', { variants: 4, window: 2 });
      await machine.log.until('denoise cue_0/1');
      await machine.log.until('denoise cue_0/2');
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      expect(stopped).toBe(2);
      expect(machine.log.count('denoise cue_0/3')).toBe(0);
    },
  );
});
