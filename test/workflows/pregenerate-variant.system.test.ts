/** The workflow of one image on a real server, with a machine that computes nothing and fails as a test needs it. */
import {
  ApplicationFailure,
  type Client,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import { type PregenerateVariantInput, type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { PREGEN_CUE_ID, PREGEN_STATUS } from '../../domain/search-attributes.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { GPU_QUEUE, gpuSpoolQueue, ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { makeGate } from '../support/gate.js';
import { type MachineActivities, untilCancelled } from './fake-machine.js';
import { useRig } from './rig.js';
import { sampleRendition, sampleVariant } from './samples.js';

const rig = useRig();

const startVariant = (
  client: Client,
  input: PregenerateVariantInput,
): Promise<WorkflowHandle<VariantWorkflow>> =>
  client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
    ...variantStartOptions(input.request),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [input],
  });

const generate = async (input: PregenerateVariantInput) => (await startVariant(rig().client, input)).result();

async function statusOf(handle: WorkflowHandle): Promise<unknown> {
  return (await handle.describe()).typedSearchAttributes.get(PREGEN_STATUS);
}

/** The current details of a workflow, as the Web UI shows them. */
async function currentDetails(handle: WorkflowHandle): Promise<string> {
  const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails;
}

const storeIsDown = async (): Promise<never> => {
  throw ApplicationFailure.create({ type: FAILURE_TYPES.storeFailed, message: 'the store is down' });
};

describe('a take', () => {
  const input = (version: string): PregenerateVariantInput => {
    const sample = sampleVariant(version);
    return { ...sample, request: { ...sample.request, take: 7 } };
  };

  test('is stored as a take, not as the variant', () =>
    rig().withMachine({}, async () => {
      expect(await generate(input('take'))).toMatchObject({ status: 'stored' });
    }));

  test('that a GPU worker of an earlier version has made as the variant itself is not uploaded over it', () =>
    rig().withMachine(
      {
        denoise: async (request) => {
          const { take: _, ...made } = sampleRendition(request);
          return made;
        },
      },
      async (machine) => {
        const reason = await generate(input('take-unknown')).catch(
          (error: WorkflowFailedError) => error.cause,
        );
        expect(reason).toMatchObject({
          message: expect.stringContaining('an earlier version, which knows no takes'),
        });
        expect(machine.eventsOf('cue_0', 1)).toEqual(['denoise']);
      },
    ));
});

test('a prompt that a GPU worker of an earlier version has cut is not stored as if it were complete', () =>
  rig().withMachine(
    {
      denoise: async (request) => {
        const { longPrompts: _, ...made } = sampleRendition(request);
        return made;
      },
    },
    async (machine) => {
      const { request, ...sample } = sampleVariant('chunks-unknown');
      const settings = { ...request.settings, longPrompts: 'chunk' as const };
      const reason = await generate({ ...sample, request: { ...request, settings } }).catch(
        (error: WorkflowFailedError) => error.cause,
      );
      expect(reason).toMatchObject({
        message: expect.stringContaining('an earlier version, which knows no longPrompts'),
      });
      expect(machine.eventsOf('cue_0', 1)).toEqual(['denoise']);
    },
  ));

test('an image from an old GPU worker, which ignores LoRAs, is not stored', () =>
  rig().withMachine(
    {
      denoise: async (request) => {
        const { loras: _, ...made } = sampleRendition(request);
        return made;
      },
    },
    async (machine) => {
      const { request, ...sample } = sampleVariant('loras-unknown');
      const loras = [{ path: 'painter.safetensors', scale: 0.8 }];
      const settings = { ...request.settings, model: { ...request.settings.model, loras } };
      const reason = await generate({ ...sample, request: { ...request, settings } }).catch(
        (error: WorkflowFailedError) => error.cause,
      );
      expect(reason).toMatchObject({
        message: expect.stringContaining('an earlier version, which knows no LoRAs'),
      });
      expect(machine.eventsOf('cue_0', 1)).toEqual(['denoise']);
    },
  ));

describe('a variant', () => {
  test('is denoised, uploaded, timed and its spool freed, in that order', () =>
    rig().withMachine({}, async (machine) => {
      const handle = await startVariant(rig().client, sampleVariant('happy'));
      expect(await handle.result()).toEqual({ status: 'stored', missingSteps: [] });
      const [first, ...rest] = machine.eventsOf('cue_0', 1);
      expect(first).toBe('denoise');
      expect(rest.slice(0, 2).sort()).toEqual(['uploadFinal', 'uploadPreviews']);
      expect(rest.slice(2)).toEqual(['composeTiming', 'released']);
      expect(await statusOf(handle)).toBe('stored');
      expect(await currentDetails(handle)).toContain('`test/happy/cues/cue_0/1/final.png`');
      expect((await handle.describe()).typedSearchAttributes.get(PREGEN_CUE_ID)).toBe('cue_0');
    }));

  test('of a program without previews has its final image uploaded and nothing else', () =>
    rig().withMachine({}, async (machine) => {
      await generate(sampleVariant('p0', { program: 'P0' }));
      expect(machine.eventsOf('cue_0', 1)).toEqual(['denoise', 'uploadFinal', 'released']);
    }));

  test('that replaces a stored one withdraws the timing before anything is written', () =>
    rig().withMachine({}, async (machine) => {
      await generate(sampleVariant('replaces', { replaces: true }));
      expect(machine.eventsOf('cue_0', 1).slice(0, 2)).toEqual(['denoise', 'withdrawTiming']);
    }));

  test('whose previews cannot be uploaded in time is stored as degraded', () =>
    rig().withMachine(
      { uploadPreviews: storeIsDown, composeTiming: async () => ({ missingSteps: [2, 3] }) },
      async (machine) => {
        const patience = { previewUploadSeconds: 2, spoolSilenceSeconds: 120 };
        const handle = await startVariant(rig().client, sampleVariant('degraded', { patience }));
        expect(await handle.result()).toEqual({ status: 'degraded', missingSteps: [2, 3] });
        expect(machine.eventsOf('cue_0', 1)).toContain('uploadFinal');
        expect(await statusOf(handle)).toBe('degraded');
      },
    ));

  test('keeps uploading its final image until the store is back', () => {
    let failures = 2;
    return rig().withMachine(
      {
        uploadFinal: async () => {
          if (failures-- > 0) await storeIsDown();
        },
      },
      async (machine) => {
        expect((await generate(sampleVariant('retries'))).status).toBe('stored');
        expect(machine.log.count('uploadFinal cue_0/1')).toBe(3);
        expect(machine.log.count('denoise cue_0/1')).toBe(1);
      },
    );
  });

  test('whose rendition is lost is denoised again', () => {
    let lost = 1;
    return rig().withMachine(
      {
        uploadFinal: async () => {
          if (lost-- > 0)
            throw ApplicationFailure.create({
              type: FAILURE_TYPES.renditionLost,
              message: 'final.png is damaged',
            });
        },
      },
      async (machine) => {
        expect((await generate(sampleVariant('lost'))).status).toBe('stored');
        expect(machine.log.count('denoise cue_0/1')).toBe(2);
        expect(machine.log.count('released cue_0/1')).toBe(1);
      },
    );
  });

  test('whose spool is silent and polled by no worker is denoised again elsewhere', () => {
    let machines = 0;
    const spools = ['burnt-down', 'spool-a'];
    return rig().withMachine(
      {
        denoise: async (request) => sampleRendition(request, spools[machines++]),
      },
      async (machine) => {
        const patience = { previewUploadSeconds: 120, spoolSilenceSeconds: 1 };
        expect((await generate(sampleVariant('silent', { patience }))).status).toBe('stored');
        expect(machine.log.count('denoise cue_0/1')).toBe(2);
      },
    );
  });

  test('whose spool is busy but polled waits for its turn and is not denoised again', () => {
    const gate = makeGate();
    return rig().withMachine(
      // The first one takes the only slot, and the other waits longer than the limit for a silent spool.
      { uploadFinal: () => gate.open, uploadPreviews: () => gate.open },
      async (machine) => {
        const patience = { previewUploadSeconds: 120, spoolSilenceSeconds: 1 };
        const handle = await startVariant(rig().client, sampleVariant('busy', { patience }));
        await expect.poll(() => timedOutActivities(handle), { timeout: 20_000 }).toBeGreaterThan(0);
        gate.release();
        expect((await handle.result()).status).toBe('stored');
        expect(machine.log.count('denoise cue_0/1')).toBe(1);
      },
      { uploadSlots: 1 },
    );
  });

  test('that has begun on a spool which stays silent is denoised on any machine after the limit', () => {
    let orders = 0;
    return rig().withMachine(
      {
        denoise: async (request) => {
          if (orders++ === 0)
            throw ApplicationFailure.create({
              type: FAILURE_TYPES.checkpointElsewhere,
              nonRetryable: true,
              details: [{ spoolId: 'nobody', step: 3 }],
            });
          return sampleRendition(request);
        },
      },
      async () => {
        const handle = await startVariant(rig().client, sampleVariant('holder'));
        expect((await handle.result()).status).toBe('stored');
        expect(await queuesOf(handle, 'denoise')).toEqual([GPU_QUEUE, gpuSpoolQueue('nobody'), GPU_QUEUE]);
      },
    );
  });

  test('that can never be generated fails at once and says which variant and why', () =>
    rig().withMachine(
      {
        denoise: async () => {
          throw ApplicationFailure.nonRetryable(
            'latents are not finite at step 3',
            FAILURE_TYPES.nonFiniteLatents,
          );
        },
      },
      async (machine) => {
        const handle = await startVariant(rig().client, sampleVariant('nan'));
        const error = await handle.result().catch((failure: unknown) => failure);
        expect(error).toBeInstanceOf(WorkflowFailedError);
        expect(String((error as WorkflowFailedError).cause?.message)).toMatch(
          /variant 1 of cue cue_0 .*NonFiniteLatents: latents are not finite at step 3/,
        );
        expect(machine.eventsOf('cue_0', 1)).toEqual(['denoise']);
        expect(await statusOf(handle)).toBe('failed');
      },
    ));

  test('is resumed after its engine is lost', () => {
    let lost = 2;
    return rig().withMachine(
      {
        denoise: async (request) => {
          if (lost-- > 0)
            throw ApplicationFailure.create({ type: FAILURE_TYPES.engineLost, message: 'SIGSEGV in step 2' });
          return sampleRendition(request);
        },
      },
      async (machine) => {
        expect((await generate(sampleVariant('engine'))).status).toBe('stored');
        expect(machine.log.count('denoise cue_0/1')).toBe(3);
      },
    );
  });
});

/** The task queues on which an activity was scheduled, in order. */
async function queuesOf(handle: WorkflowHandle, activity: string): Promise<unknown[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === activity ? [scheduled.taskQueue?.name] : [],
  );
}

async function timedOutActivities(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter((event) => event.activityTaskTimedOutEventAttributes).length;
}

describe('a cancelled variant', () => {
  test('stops the device before it ends, and uploads nothing', () => {
    let stopped = false;
    return rig().withMachine(
      {
        denoise: async () => {
          try {
            return await untilCancelled();
          } finally {
            stopped = true;
          }
        },
      },
      async (machine) => {
        const handle = await startVariant(rig().client, sampleVariant('cancel-denoise'));
        await machine.log.until('denoise cue_0/1');
        await handle.cancel();
        await expectCancelled(handle);
        expect(stopped).toBe(true);
        expect(machine.eventsOf('cue_0', 1)).toEqual(['denoise']);
      },
    );
  });

  test('waits for the running upload, then frees the spool', () =>
    cancelledDuring('cancel-upload', 'uploadFinal', untilCancelled, (events) => {
      expect(events.at(-1)).toBe('releaseSpool');
      expect(events).not.toContain('composeTiming');
    }));

  test('frees the spool when it is cancelled while the timing is written', () =>
    cancelledDuring('cancel-timing', 'composeTiming', untilCancelled, (events) =>
      expect(events.at(-1)).toBe('releaseSpool'),
    ));

  test.each(['uploadFinal', 'uploadPreviews', 'composeTiming'] as const)(
    'frees the spool when the attempt of %s under way fails instead of being cancelled',
    (order) =>
      cancelledDuring(`cancel-failing-${order}`, order, failsWhenCancelled, (events) =>
        expect(events.at(-1)).toBe('releaseSpool'),
      ),
  );

  test('is cancelled, not failed, when the device fails instead of being cancelled', () =>
    cancelledDuring('cancel-failing-denoise', 'denoise', failsWhenCancelled));
});

/** Cancels a variant while one of its activities runs `attempt`; `check` gets the log of all activities. */
const cancelledDuring = (
  version: string,
  order: keyof MachineActivities,
  attempt: () => Promise<never>,
  check: (events: readonly string[]) => void = () => {},
): Promise<void> =>
  rig().withMachine({ [order]: attempt }, async (machine) => {
    const handle = await startVariant(rig().client, sampleVariant(version));
    await machine.log.until(`${order} cue_0/1`);
    await handle.cancel();
    await expectCancelled(handle);
    check(machine.eventsOf('cue_0', 1));
  });

/** An attempt with an unreachable store: it fails when it is cancelled. */
const failsWhenCancelled = (): Promise<never> =>
  untilCancelled().catch(() => {
    throw ApplicationFailure.retryable('the store answered 503', FAILURE_TYPES.storeFailed);
  });

async function expectCancelled(handle: WorkflowHandle): Promise<void> {
  const error = await handle.result().catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
}
