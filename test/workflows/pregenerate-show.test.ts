/** Whole shows on a real server with real plans in a real store: window, steering, continue-as-new, cancellation. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import {
  type CueWorkflow,
  pauseUpdate,
  resumeUpdate,
  type ShowWorkflow,
  setWindowUpdate,
  showProgressQuery,
} from '../../domain/messages.js';
import { PREGEN_STATUS, PREGEN_VERSION_ID } from '../../domain/search-attributes.js';
import { cueWorkflowId } from '../../domain/workflow-ids.js';
import { makeGate } from '../support/gate.js';
import { untilCancelled } from './fake-machine.js';
import { useRig } from './rig.js';
import { type SampleShow, startSampleShow } from './start-show.js';

const rig = useRig();

const startShow = (version: string, sample?: SampleShow) => startSampleShow(rig(), version, sample);

const denoised = (events: readonly string[]): string[] =>
  events.filter((event) => event.startsWith('denoise ')).sort();

function allVariants(cues: number, variants: number): string[] {
  return Array.from({ length: cues * variants }, (_, index) => {
    const cue = Math.floor(index / variants);
    return `denoise cue_${cue}/${(index % variants) + 1}`;
  }).sort();
}

test('a show generates every variant once, within its window, and a second run finds all stored', () =>
  rig().withMachine({}, async (machine) => {
    const handle = await startShow('show-happy', { cues: 4, variants: 4, program: 'P4' });
    const result = await handle.result();
    expect(result).toMatchObject({
      phase: 'done',
      planned: 16,
      skipped: 0,
      stored: 16,
      failed: 0,
      cuesInFlight: [],
    });
    expect(denoised(machine.log.events)).toEqual(allVariants(4, 4));
    expect(machine.maxInFlight).toBeLessThanOrEqual(4);
    expect(machine.maxInFlight).toBeGreaterThan(2);
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(PREGEN_STATUS)).toBe('stored');
    const again = await startShow('show-happy', { cues: 4, variants: 4, program: 'P4' });
    expect(await again.result()).toMatchObject({ planned: 16, skipped: 16, stored: 0 });
  }));

test('a show that continues as new many times loses nothing, doubles nothing and does not drain', () =>
  rig().withMachine({}, async (machine) => {
    const handle = await startShow('show-long', { cues: 8, variants: 3, maxEventsPerRun: 24 });
    const result = await handle.result();
    expect(result).toMatchObject({ planned: 24, stored: 24, failed: 0 });
    expect(denoised(machine.log.events)).toEqual(allVariants(8, 3));
    expect(machine.maxInFlight).toBeLessThanOrEqual(4);
    const description = await rig().client.workflow.getHandle(handle.workflowId).describe();
    expect(description.typedSearchAttributes.get(PREGEN_VERSION_ID)).toBe('show-long');
    const adopted = await adoptedCuesByRun(handle.workflowId);
    expect(adopted.length).toBeGreaterThan(2);
    expect(Math.max(...adopted)).toBeGreaterThan(0);
  }));

/** How many cues each execution took over from the one before: had those drained before continuing, there would be none. */
async function adoptedCuesByRun(workflowId: string, runId?: string): Promise<number[]> {
  const { events } = await rig().client.workflow.getHandle(workflowId, runId).fetchHistory();
  const adopted = (events ?? []).filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'awaitCue',
  ).length;
  const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  return typeof before === 'string' && before !== ''
    ? [...(await adoptedCuesByRun(workflowId, before)), adopted]
    : [adopted];
}

test('the same show started twice is one run', () =>
  rig().withMachine({}, async () => {
    const handle = await startShow('show-twice', { cues: 2 });
    await expect(startShow('show-twice', { cues: 2 })).rejects.toBeInstanceOf(
      WorkflowExecutionAlreadyStartedError,
    );
    expect(await handle.result()).toMatchObject({ stored: 6 });
  }));

test('a paused show lets what is in flight finish, and goes on with the window it is given', () => {
  const gate = makeGate();
  return rig().withMachine({ uploadFinal: () => gate.open }, async (machine) => {
    const handle = await startShow('show-pause', { cues: 3, variants: 4, window: 2 });
    await machine.log.until('uploadFinal cue_0/2');
    await handle.executeUpdate(pauseUpdate);
    gate.release();
    await machine.log.until('releaseSpool cue_0/1');
    await machine.log.until('releaseSpool cue_0/2');
    expect(await handle.query(showProgressQuery)).toMatchObject({ phase: 'paused', cuesInFlight: ['cue_0'] });
    expect(denoised(machine.log.events)).toHaveLength(2);
    await expect(handle.executeUpdate(setWindowUpdate, { args: [0] })).rejects.toThrow();
    await handle.executeUpdate(setWindowUpdate, { args: [3] });
    await handle.executeUpdate(resumeUpdate);
    expect(await handle.result()).toMatchObject({ window: 3, failed: 0, planned: 12 });
    expect(denoised(machine.log.events)).toEqual(allVariants(3, 4));
    expect(machine.maxInFlight).toBe(3);
  });
});

test('a cue that is terminated, or run by somebody else, leaks no slot and leaves the counts right', () => {
  const gate = makeGate();
  return rig().withMachine(
    {
      denoise: async ({ cueId, variantId, settings }) => {
        if (cueId === 'cue_0') await untilCancelled();
        if (cueId === 'cue_1') await gate.open;
        return {
          spoolId: 'spool-a',
          renditionId: `${cueId}-${variantId}`,
          steps: settings.steps,
          durationMs: 1,
        };
      },
    },
    async (machine) => {
      const other = await startShow('show-foreign', { cues: 3, variants: 2, window: 4 });
      await machine.log.until('denoise cue_0/2');
      await machine.log.until('denoise cue_1/2');
      await other.terminate('the operator starts over');
      const handle = await startShow('show-foreign', { cues: 3, variants: 2, window: 6 });
      await machine.log.until('denoise cue_2/2');
      gate.release();
      const cue = (cueId: string) =>
        rig().client.workflow.getHandle<CueWorkflow>(
          cueWorkflowId({ project: 'test', version: 'show-foreign', cueId }),
        );
      const firstRun = (await cue('cue_0').describe()).runId;
      await cue('cue_0').terminate('by hand');
      await machine.log.until('denoise cue_0/2', 2);
      expect((await cue('cue_0').describe()).runId).not.toBe(firstRun);
      await cue('cue_0').cancel();
      const result = await handle.result();
      expect(result).toMatchObject({ planned: 6, failed: 2 });
      expect(result.stored).toBe(4);
      expect(result.failures[0]?.reason).toContain('cancelled');
    },
  );
});

test('a cancelled show stops its cues, adopted ones too, before it ends', () => {
  let running = 0;
  return rig().withMachine(
    {
      denoise: async ({ cueId, variantId, settings }) => {
        if (Number(cueId.slice('cue_'.length)) < 4)
          return {
            spoolId: 'spool-a',
            renditionId: `${cueId}-${variantId}`,
            steps: settings.steps,
            durationMs: 1,
          };
        running += 1;
        try {
          return await untilCancelled();
        } finally {
          running -= 1;
        }
      },
    },
    async (machine) => {
      const handle = await startShow('show-cancel', { cues: 8, variants: 2, window: 4, maxEventsPerRun: 20 });
      await machine.log.until('denoise cue_4/2');
      await machine.log.until('denoise cue_5/2');
      const chain = rig().client.workflow.getHandle<ShowWorkflow>(handle.workflowId);
      await chain.cancel();
      await expect(chain.result()).rejects.toThrow();
      expect((await chain.describe()).status.name).toBe('CANCELLED');
      expect(running).toBe(0);
    },
  );
});

test('a show whose bundle is wrong fails and says what is wrong', () =>
  rig().withMachine({}, async () => {
    const handle = await startShow('show-bad', { bundleKey: 'test/show-bad/pregen/bundles/none.json' });
    const error: unknown = await handle.result().catch((failure: unknown) => failure);
    expect(String((error as { cause?: Error }).cause?.message)).toContain('none.json');
  }));
