/**
 * A window never leaks: however and wherever a variant ends, its slot becomes free and its end is counted. A test ends only if no
 * workflow waits for an answer that never comes.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test } from 'vitest';
import { WORKFLOW_TYPES } from '../../domain/messages.js';
import type { VariantAddress } from '../../domain/object-keys.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { requestVariant } from '../../domain/show-plan.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { type MachineActivities, untilCancelled } from './fake-machine.js';
import { SOON, useRig } from './rig.js';
import { RETRY_LIMITS, sampleRendition, sampleTask } from './samples.js';
import { startSamplePage } from './start-page.js';

const rig = useRig();

const ENDS = ['cancel', 'terminate'] as const;
const end = (workflow: WorkflowHandle, how: (typeof ENDS)[number]) =>
  how === 'cancel' ? workflow.cancel() : workflow.terminate('by hand');

const STATES = ['denoise', 'uploadFinal', 'uploadPreviews', 'composeTiming'] as const;

/** The first variant hangs; the others pass. */
const hanging =
  <A extends VariantAddress, R>(pass: (it: A) => Promise<R>) =>
  async (it: A): Promise<R> =>
    it.variantId === 1 ? untilCancelled() : pass(it);

/** A variant without previews is complete with its final image, one with previews when its timing is stored; the defaults store both. */
const HANGING: {
  readonly [State in (typeof STATES)[number]]: (own: MachineActivities) => Partial<MachineActivities>;
} = {
  denoise: () => ({ denoise: hanging(async (request: RenditionRequest) => sampleRendition(request)) }),
  uploadFinal: ({ uploadFinal }) => ({ uploadFinal: hanging(uploadFinal) }),
  uploadPreviews: ({ uploadPreviews }) => ({ uploadPreviews: hanging(uploadPreviews) }),
  composeTiming: ({ composeTiming }) => ({ composeTiming: hanging(composeTiming) }),
};

test.each(STATES.flatMap((state) => ENDS.map((how) => [state, how] as const)))(
  'a variant in %s that an operator ends (%s) frees its slot',
  (state, how) =>
    rig().withMachine(HANGING[state], async (machine) => {
      const { handle, child } = await startSamplePage(rig(), `lost-${state}-${how}`, {
        variants: 3,
        window: 1,
      });
      await machine.log.until(`${state} cue_0/1`);
      await end(child(1), how);
      const { counts, rest } = await handle.result();
      expect(counts).toMatchObject({ stored: 2, failed: how === 'cancel' ? 0 : 1 });
      expect(counts.failed + counts.cancelled).toBe(1);
      expect(rest).toEqual([]);
    }),
);

test('a page does not wait for ever for variants that no worker takes, or that time out in another run', () =>
  // Without a device every variant waits for a GPU, and the one started by hand reaches its own timeout.
  rig().withMachine(
    { denoise: () => untilCancelled() },
    async () => {
      const version = 'lost-waiting';
      const request = requestVariant(sampleTask(version, 2), 1);
      await rig().client.workflow.start(WORKFLOW_TYPES.variant, {
        ...variantStartOptions(request),
        taskQueue: ORCHESTRATION_QUEUE,
        args: [{ request, replaces: false, patience: RETRY_LIMITS }],
        workflowExecutionTimeout: '4 s',
      });
      const { handle, child } = await startSamplePage(rig(), version, { variants: 2 });
      const statusOf = async (variantId: number) => {
        const { status, runId } = await child(variantId).describe();
        return { name: status.name, runId };
      };
      const byHand = (await statusOf(1)).runId;
      await expect.poll(async () => (await statusOf(1)).runId !== byHand, SOON).toBe(true);
      await child(1).terminate();
      await child(2).cancel();
      const { counts, failures } = await handle.result();
      expect(counts).toMatchObject({ stored: 0, failed: 1, cancelled: 1 });
      expect(failures).toEqual([{ cueId: 'cue_0', variantId: 1, reason: 'it was terminated' }]);
    },
    { gpuSlots: 1 },
  ));
