/**
 * Every activity that the workflows order, with its bounds. Two are independent and each has both: how long one
 * attempt may take (startToClose), and by what a lost or never-started attempt is noticed (heartbeat or
 * scheduleToStart). A test reads this file and fails on an activity with one of them only.
 */

import { ActivityCancellationType, type ActivityOptions, type RetryPolicy } from '@temporalio/workflow';
import type { PlanActivities, UploadActivities } from '../activities/interfaces.js';
import { providersText } from '../domain/execution-providers.js';
import { FAILURE_TYPES } from '../domain/failure-types.js';
import type { CheckpointHolder, RenditionRequest } from '../domain/rendition.js';
import type { RetryLimits } from '../domain/retry-limits.js';
import { gpuQueueOf, gpuSpoolQueue, ORCHESTRATION_QUEUE, spoolQueue } from '../domain/task-queues.js';

/** Without end, at least once a minute: when a store or a disk is mended, work goes on within that time. */
const RETRY_FOREVER: RetryPolicy = { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '60 s' };

/** How often the server itself tries one order of `denoise`; then the workflow looks at why (see denoise-order.ts). */
export const DENOISE_ATTEMPTS = 100;

/** A worker that was restarted is back within seconds. */
const LEAST_HOLDER_SILENCE_MS = 15_000;
/** A machine that is away for longer may be gone. */
const MOST_HOLDER_SILENCE_MS = 15 * 60_000;

/** A machine that holds steps is waited for as long as another one would need to do them again. */
export const holderSilenceMs = ({ doneMs = 0 }: CheckpointHolder): number =>
  Math.min(Math.max(doneMs, LEAST_HOLDER_SILENCE_MS), MOST_HOLDER_SILENCE_MS);

/** A holder that cannot go on after these is full or broken. */
const HOLDER_ATTEMPTS = 5;

/** On any machine, or on those of the spool that holds the image's last checkpoint. */
export const denoiseOptions = (
  { variantId, settings }: RenditionRequest,
  holder?: CheckpointHolder,
): ActivityOptions => ({
  ...(holder === undefined
    ? { taskQueue: gpuQueueOf(settings.model.queue) }
    : { taskQueue: gpuSpoolQueue(holder.spoolId), scheduleToStartTimeout: holderSilenceMs(holder) }),
  summary: `variant ${variantId}: ${settings.steps} steps on ${settings.model.name} (${providersText(settings.model.executionProviders)})`,
  // The worker heartbeats every 2 s by a timer, so 10 s of silence is a dead worker, not a slow step.
  heartbeatTimeout: '10 s',
  // A large model on a CPU, or a night of waiting for room on a full spool. A hung step is the engine watchdog's affair.
  startToCloseTimeout: '24 h',
  // The device must really have stopped before a cancelled variant ends.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  // What may be a machine's fault is judged by the workflow: no healthy machine is kept from it, no poison variant takes a device for ever.
  retry: {
    ...RETRY_FOREVER,
    maximumAttempts: holder === undefined ? DENOISE_ATTEMPTS : HOLDER_ATTEMPTS,
    nonRetryableErrorTypes: [FAILURE_TYPES.engineLost, FAILURE_TYPES.deviceFailed],
  },
});

/** On the queue of one spool. `patience` decides when silence there means that its machine may be gone. */
export function spoolOptions(
  spoolId: string,
  patience: RetryLimits,
): Record<keyof UploadActivities, ActivityOptions> {
  const onSpool: ActivityOptions = {
    taskQueue: spoolQueue(spoolId),
    scheduleToStartTimeout: patience.spoolSilenceSeconds * 1000,
    // Uploaders heartbeat every 2 s by a timer: 30 s of silence is a dead uploader, not a slow store.
    heartbeatTimeout: '30 s',
    // Nothing may still be writing when the spool is released or the variant denoised again.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // A rendition that is damaged or gone does not come back by trying again.
    retry: { ...RETRY_FOREVER, nonRetryableErrorTypes: [FAILURE_TYPES.renditionLost] },
  };
  return {
    withdrawTiming: {
      ...onSpool,
      summary: 'timing.json, before images change',
      startToCloseTimeout: '2 min',
    },
    // 30 MB at 50 kB/s.
    uploadFinal: { ...onSpool, summary: 'final.png', startToCloseTimeout: '10 min' },
    uploadPreviews: {
      ...onSpool,
      summary: 'previews',
      startToCloseTimeout: '10 min',
      scheduleToCloseTimeout: patience.previewUploadSeconds * 1000,
    },
    composeTiming: { ...onSpool, summary: 'timing.json', startToCloseTimeout: '5 min' },
    // Its image is unwanted by then: what cannot be deleted within a minute is left to the spool's sweep.
    releaseSpool: {
      ...onSpool,
      summary: 'cancelled: free the spool',
      startToCloseTimeout: '60 s',
      scheduleToCloseTimeout: (patience.spoolSilenceSeconds + 60) * 1000,
    },
  };
}

/** On the orchestration queue. Each heartbeats every few seconds by a timer: 30 s of silence is a dead orchestrator. */
const onOrchestrator: ActivityOptions = {
  taskQueue: ORCHESTRATION_QUEUE,
  heartbeatTimeout: '30 s',
  // They only read, or write what nobody reads yet: nothing has to be stopped before going on.
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: RETRY_FOREVER,
};

export const PLAN_OPTIONS: Record<keyof PlanActivities, ActivityOptions> = {
  // Lists every object of the version: 40 million (a million images with 40 previews) at ten thousand a second.
  planShow: { ...onOrchestrator, summary: 'what is missing from the store', startToCloseTimeout: '2 h' },
  // Reads the bundle and expands it, in a second; the operator waits for the answer.
  refusalOfPart: { ...onOrchestrator, summary: 'is it part of the show', startToCloseTimeout: '60 s' },
  // A few hundred small requests each, however large the show is.
  openPage: { ...onOrchestrator, summary: 'what is missing of the page', startToCloseTimeout: '5 min' },
  findUnstored: { ...onOrchestrator, summary: 'is everything in the store', startToCloseTimeout: '5 min' },
  lookAtVariants: {
    ...onOrchestrator,
    summary: 'variants that another run makes',
    startToCloseTimeout: '5 min',
  },
  rememberFailures: { ...onOrchestrator, summary: 'remember what failed', startToCloseTimeout: '5 min' },
  // Lists every object of the version, as a plan does. A store that is away is waited for some minutes: a run ends without it.
  writeManifest: {
    ...onOrchestrator,
    summary: 'manifest.json',
    startToCloseTimeout: '2 h',
    retry: { ...RETRY_FOREVER, maximumAttempts: 8 },
  },
  // Two copies of an image's objects inside the store.
  chooseTake: { ...onOrchestrator, summary: 'put the take in place', startToCloseTimeout: '5 min' },
  lookAtRun: { ...onOrchestrator, summary: 'a run that was started elsewhere', startToCloseTimeout: '30 s' },
  isSpoolServed: { ...onOrchestrator, summary: 'is the spool still served', startToCloseTimeout: '30 s' },
};
