/**
 * What a failed activity means here: the guards by which the workflows decide. No workflow looks into a failure in
 * any other way.
 */
import { RetryState, TimeoutType } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { FailureType } from '../domain/failure-types.js';
import { type MachineAccount, readAccount } from '../domain/machine-fault.js';
import type { CheckpointHolder } from '../domain/rendition.js';

/** Whether an activity failed with this type of ours. */
export function failedWith(error: unknown, type: FailureType): boolean {
  return (
    error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === type
  );
}

/** The spool on which a failed `denoise` says that the image has begun. */
export function checkpointHolder(error: unknown): CheckpointHolder | undefined {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return undefined;
  const holder: unknown = error.cause.details?.[0];
  return isHolder(holder) && holder.step > 0 ? holder : undefined;
}

/** What the machine says on which `denoise` failed, if it may be to blame. */
export function machineAccount(error: unknown): MachineAccount | undefined {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return undefined;
  return readAccount(error.cause.details?.[1]);
}

const isHolder = (details: unknown): details is CheckpointHolder =>
  typeof details === 'object' &&
  details !== null &&
  'spoolId' in details &&
  typeof details.spoolId === 'string' &&
  'step' in details &&
  typeof details.step === 'number';

/** Whether nobody took the task within the time allowed. */
export const neverStarted = (error: unknown): boolean => timedOutBy(error, TimeoutType.SCHEDULE_TO_START);

/** Whether the worker fell silent in the last attempt. */
export const fellSilent = (error: unknown): boolean => timedOutBy(error, TimeoutType.HEARTBEAT);

/** Whether the activity could still be retried but used up the attempts of this order. */
export const ranOutOfAttempts = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.retryState === RetryState.MAXIMUM_ATTEMPTS_REACHED;

function timedOutBy(error: unknown, type: TimeoutType): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === type
  );
}
