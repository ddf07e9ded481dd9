/** Histories are finite: shows and cues go on in new ones without losing, doubling or cancelling anything. */
import { expect, test } from 'vitest';
import { type CueWorkflow, type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { PREGEN_VERSION_ID } from '../../domain/search-attributes.js';
import { cueStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { eventsByExecution } from './executions.js';
import { allVariants, denoised } from './expectations.js';
import { untilCancelled } from './fake-machine.js';
import { continueAsNewAfter, useRig } from './rig.js';
import { PATIENCE, sampleRendition, sampleTask } from './samples.js';
import { type SampleShow, startSampleShow } from './start-show.js';

const rig = useRig(continueAsNewAfter(24));
const startShow = (version: string, sample: SampleShow) => startSampleShow(rig(), version, sample);

test('a show that continues as new many times loses nothing, doubles nothing and does not drain', () =>
  rig().withMachine({}, async (machine) => {
    const handle = await startShow('show-long', { cues: 8, variants: 3 });
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
async function adoptedCuesByRun(workflowId: string): Promise<number[]> {
  const executions = await eventsByExecution(rig().client, workflowId);
  return executions.map(
    (events) =>
      events.filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'awaitCue')
        .length,
  );
}

test('a cancelled show stops its cues, adopted ones too, before it ends', () => {
  let running = 0;
  return rig().withMachine(
    {
      denoise: async (request) => {
        if (Number(request.cueId.slice('cue_'.length)) < 4) return sampleRendition(request);
        running += 1;
        try {
          return await untilCancelled();
        } finally {
          running -= 1;
        }
      },
    },
    async (machine) => {
      const handle = await startShow('show-cancel', { cues: 8, variants: 2, window: 4 });
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

test('a cue with more variants than fit one history goes on in a new one and keeps its counts', () =>
  rig().withMachine({}, async (machine) => {
    const task = sampleTask('cue-long', 10, 'P0');
    const variantIds = Array.from({ length: 10 }, (_, index) => index + 1);
    const handle = await rig().client.workflow.start<CueWorkflow>(WORKFLOW_TYPES.cue, {
      ...cueStartOptions(task),
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ task, variantIds, partial: [], window: 2, patience: PATIENCE }],
    });
    const { runId } = await handle.describe();
    expect(await handle.result()).toMatchObject({ total: 10, stored: 10, failed: 0 });
    expect((await rig().client.workflow.getHandle(handle.workflowId).describe()).runId).not.toBe(runId);
    expect(denoised(machine.log.events)).toEqual(allVariants(1, 10));
  }));
