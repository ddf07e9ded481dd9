/**
 * A window never leaks: whatever becomes of a variant or a cue, whoever ends it, and wherever it is just then, its slot
 * is free again and its end is counted. Each test ends only if nobody waits for an answer that never comes.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test } from 'vitest';
import {
  pauseUpdate,
  resumeUpdate,
  type ShowWorkflow,
  showProgressQuery,
  WORKFLOW_TYPES,
} from '../../domain/messages.js';
import type { VariantAddress } from '../../domain/object-keys.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';
import { requestVariant } from '../../domain/show-plan.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { cueWorkflowId } from '../../domain/workflow-ids.js';
import { type MachineActivities, untilCancelled } from './fake-machine.js';
import { continueAsNewAfter, useRig } from './rig.js';
import { PATIENCE, sampleRendition, sampleTask } from './samples.js';
import { startSampleCue } from './start-cue.js';
import { startSampleShow } from './start-show.js';

/** Soon enough that a show of a few cues continues as new. */
const rig = useRig(continueAsNewAfter(24));

/** A loaded machine may need this long for what takes a second. */
const SOON = { timeout: 30_000 };

const ENDS = ['cancel', 'terminate'] as const;
const end = (workflow: WorkflowHandle, how: (typeof ENDS)[number]) =>
  how === 'cancel' ? workflow.cancel() : workflow.terminate('by hand');

const STATES = ['denoise', 'uploadFinal', 'uploadPreviews', 'composeTiming'] as const;

/** The first variant hangs; the others pass. */
const hanging =
  <A extends VariantAddress, R>(pass: (it: A) => R) =>
  async (it: A): Promise<R> =>
    it.variantId === 1 ? untilCancelled() : pass(it);

const HANGING: { readonly [State in (typeof STATES)[number]]: Partial<MachineActivities> } = {
  denoise: { denoise: hanging((request: RenditionRequest) => sampleRendition(request)) },
  uploadFinal: { uploadFinal: hanging(() => undefined) },
  uploadPreviews: { uploadPreviews: hanging(() => undefined) },
  composeTiming: { composeTiming: hanging(() => ({ missingSteps: [] })) },
};

test.each(STATES.flatMap((state) => ENDS.map((how) => [state, how] as const)))(
  'a variant in %s that somebody ends (%s) frees its slot',
  (state, how) => {
    return rig().withMachine(HANGING[state], async (machine) => {
      const { handle, child } = await startSampleCue(rig(), `lost-${state}-${how}`, {
        variants: 3,
        window: 1,
      });
      await machine.log.until(`${state} cue_0/1`);
      await end(child(1), how);
      expect(await handle.result()).toMatchObject({ total: 3, stored: 2, failed: 1, inFlight: [] });
    });
  },
);

test('a variant that nobody takes up, or that times out under somebody else, frees its slot', () =>
  // No device: every variant waits for a GPU, and those started by hand run out of their own time.
  rig().withMachine(
    { denoise: () => untilCancelled() },
    async () => {
      const version = 'lost-waiting';
      for (const variantId of [1, 2]) {
        const request = requestVariant(sampleTask(version, 3), variantId);
        await rig().client.workflow.start(WORKFLOW_TYPES.variant, {
          ...variantStartOptions(request),
          taskQueue: ORCHESTRATION_QUEUE,
          args: [{ request, replaces: false, patience: PATIENCE }],
          workflowExecutionTimeout: '10 s',
        });
      }
      const { handle, child } = await startSampleCue(rig(), version, { variants: 3, window: 3 });
      await expect
        .poll(
          async () =>
            (
              await child(3)
                .describe()
                .catch(() => undefined)
            )?.status.name,
          SOON,
        )
        .toBe('RUNNING');
      await child(3).cancel();
      const { failures, ...counts } = await handle.result();
      expect(counts).toMatchObject({ total: 3, stored: 0, failed: 3, inFlight: [] });
      expect(failures.map(({ variantId, reason }) => `${variantId}: ${reason}`).sort()).toEqual([
        '1: it timed out',
        '2: it timed out',
        '3: it was cancelled',
      ]);
    },
    { gpuSlots: 1 },
  ));

test.each(ENDS)('a cue that somebody ends (%s) frees its slots: running, paused, or taken over', (how) => {
  // The first cue hangs in its second variant, the last in its first; those between pass, and the show continues as new.
  const denoise = async (request: RenditionRequest): Promise<Rendition> => {
    const { cueId, variantId } = request;
    const hangs = (cueId === 'cue_0' && variantId === 2) || (cueId === 'cue_5' && variantId === 1);
    return hangs ? untilCancelled() : sampleRendition(request);
  };
  return rig().withMachine({ denoise }, async (machine) => {
    const version = `lost-cue-${how}`;
    const show = await startSampleShow(rig(), version, { cues: 6, variants: 2, window: 3 });
    const firstRun = (await show.describe()).runId;
    const chain = rig().client.workflow.getHandle<ShowWorkflow>(show.workflowId);
    const cue = (cueId: string) =>
      rig().client.workflow.getHandle(cueWorkflowId({ project: 'test', version, cueId }));
    await machine.log.until('denoise cue_5/1');
    // By now the first cue belongs to an execution that has ended: adopted.
    expect((await chain.describe()).runId).not.toBe(firstRun);
    await chain.executeUpdate(pauseUpdate);
    await end(cue('cue_0'), how);
    await end(cue('cue_5'), how);
    await expect
      .poll(() => chain.query(showProgressQuery), SOON)
      .toMatchObject({ phase: 'paused', cuesInFlight: [] });
    await chain.executeUpdate(resumeUpdate);
    const { planned, stored, failed, cuesInFlight } = await chain.result();
    expect({ planned, ended: stored + failed, cuesInFlight }).toEqual({
      ...{ planned: 12, ended: 12, cuesInFlight: [] },
    });
    expect(failed).toBeGreaterThanOrEqual(2);
  });
});
