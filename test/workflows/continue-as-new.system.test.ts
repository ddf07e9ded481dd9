/**
 * Shows that continue as new lose, double and leave behind nothing. The server of these tests suggests it after 24 events instead of
 * 4,096, and pages have two variants.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test } from 'vitest';
import {
  cancelPartUpdate,
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  type ShowWorkflow,
  setWindowUpdate,
  showProgressQuery,
} from '../../domain/messages.js';
import { sumOf } from '../../domain/progress.js';
import { PREGEN_VERSION_ID } from '../../domain/search-attributes.js';
import { sendUpdate } from '../../steering/send-update.js';
import { endlessDevice, heldDevice } from './devices.js';
import { eventsByExecution } from './executions.js';
import { allVariants, denoised } from './expectations.js';
import { continueAsNewAfter, SOON, useRig } from './rig.js';
import { type SampleShow, startSampleShow } from './start-show.js';

const rig = useRig(continueAsNewAfter(24));
const SMALL_PAGES = { pageVariants: 2 };

/** Starts a show; the handle always means its present execution. */
async function startShow(version: string, sample: SampleShow): Promise<WorkflowHandle<ShowWorkflow>> {
  const { workflowId } = await startSampleShow(rig(), version, sample);
  return rig().client.workflow.getHandle<ShowWorkflow>(workflowId);
}

test('a show that continues as new many times loses nothing and doubles nothing', () =>
  rig().withMachine(
    {},
    async (machine) => {
      const show = await startShow('show-long', { cues: 8, variants: 3 });
      const result = await show.result();
      expect(result).toMatchObject({ planned: 24, stored: 24, failed: 0, skipped: 0 });
      expect(denoised(machine.log.events)).toEqual(allVariants(8, 3));
      expect(machine.maxInFlight).toBeLessThanOrEqual(4);
      const description = await show.describe();
      expect(description.typedSearchAttributes.get(PREGEN_VERSION_ID)).toBe('show-long');
      const executions = await eventsByExecution(rig().client, show.workflowId);
      expect(executions.length).toBeGreaterThan(2);
      expect(result.runId).toBe(
        executions[0]?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId,
      );
    },
    SMALL_PAGES,
  ));

test('no child workflow of a show is running when it continues as new', () =>
  rig().withMachine(
    {},
    async () => {
      const show = await startShow('show-empty-handed', { cues: 6, variants: 3, window: 3 });
      await show.result();
      for (const events of await eventsByExecution(rig().client, show.workflowId)) {
        const started = events.filter((event) => event.childWorkflowExecutionStartedEventAttributes);
        const initiated = events.filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
        const completed = events.filter((event) => event.childWorkflowExecutionCompletedEventAttributes);
        expect(started).toHaveLength(initiated.length);
        expect(completed).toHaveLength(initiated.length);
      }
    },
    SMALL_PAGES,
  ));

test('a show cancelled while it waits to continue as new stops what is in flight, and ends', () => {
  const { denoise, running } = endlessDevice((request) => request.cueId === 'cue_2');
  return rig().withMachine(
    { denoise },
    async (machine) => {
      const show = await startShow('show-cancel', { cues: 8, variants: 2, window: 3 });
      await machine.log.until('denoise cue_2/1');
      // More events than the limit: from now on the show waits for the images in flight.
      for (let window = 3; window < 9; window++)
        await show.executeUpdate(setWindowUpdate, { args: [window] });
      await show.cancel();
      await expect(show.result()).rejects.toThrow();
      expect((await show.describe()).status.name).toBe('CANCELLED');
      expect(running()).toBe(0);
    },
    SMALL_PAGES,
  );
});

test('the sum of counts is right if a show is paused, resumed, given other windows, and its cues paused and cancelled while it continues as new', () => {
  const { denoise, release } = heldDevice((request) => request.cueId === 'cue_1');
  return rig().withMachine(
    { denoise },
    async (machine) => {
      const show = await startShow('show-steered', { cues: 8, variants: 3, window: 3 });
      await machine.log.until('denoise cue_1/1');
      await show.executeUpdate(pauseCueUpdate, { args: [{ cueId: 'cue_5' }] });
      await show.executeUpdate(cancelPartUpdate, { args: [{ cueId: 'cue_6' }] });
      await show.executeUpdate(cancelPartUpdate, { args: [{ cueId: 'cue_7', variantId: 2 }] });
      release();
      for (let round = 0; round < 6; round++) {
        await show.executeUpdate(pauseUpdate);
        await show.executeUpdate(setWindowUpdate, { args: [1 + (round % 4)] });
        await show.executeUpdate(resumeUpdate);
      }
      await expect
        .poll(() => show.query(showProgressQuery), SOON)
        .toMatchObject({ phase: 'running', pagesInFlight: [], stored: 17, cancelled: 4 });
      expect(denoised(machine.log.events).filter((event) => /cue_5|cue_6|cue_7\/2/.test(event))).toEqual([]);
      await show.executeUpdate(resumeCueUpdate, { args: [{ cueId: 'cue_5' }] });
      const result = await show.result();
      expect(result).toMatchObject({ planned: 24, stored: 20, cancelled: 4, failed: 0 });
      expect(sumOf(result)).toBe(24);
      expect((await eventsByExecution(rig().client, show.workflowId)).length).toBeGreaterThan(3);
    },
    SMALL_PAGES,
  );
});

test('a show that is terminated in flight, started again with more variants and sent many updates generates every image', () =>
  rig().withMachine(
    {},
    async (machine) => {
      const sample = { cues: 4, variants: 3, window: 3 };
      const first = await startShow('show-storm', sample);
      await machine.log.until('denoise cue_1/1');
      await first.terminate('the operator starts over');
      const show = await startShow('show-storm', { ...sample, variants: 5 });
      const storm = Array.from({ length: 12 }, (_, index) =>
        sendUpdate(rig().client, {
          workflowId: show.workflowId,
          update: setWindowUpdate,
          args: [2 + (index % 3)],
        }).catch((error: Error) => expect(error.name).toBe('WorkflowNotFoundError')),
      );
      await Promise.all(storm);
      const result = await show.result();
      expect(result).toMatchObject({ planned: 20, failed: 0, cancelled: 0 });
      expect(sumOf(result)).toBe(20);
      expect(new Set(denoised(machine.log.events))).toEqual(new Set(allVariants(4, 5)));
    },
    SMALL_PAGES,
  ));

test('a show terminated while it is paused, with a cue paused as well, can be started again and ends', () => {
  const { denoise, release } = heldDevice();
  return rig().withMachine(
    { denoise },
    async (machine) => {
      const sample = { cues: 3, variants: 3, window: 2 };
      const first = await startShow('show-paused-twice', sample);
      await machine.log.until('denoise cue_0/2');
      await first.executeUpdate(pauseCueUpdate, { args: [{ cueId: 'cue_0' }] });
      await first.executeUpdate(pauseUpdate);
      await first.terminate('the operator starts over');
      release();
      const again = await startShow('show-paused-twice', sample);
      expect(sumOf(await again.result())).toBe(9);
    },
    SMALL_PAGES,
  );
});
