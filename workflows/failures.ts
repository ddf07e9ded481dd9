/**
 * What a failed activity means here: the guards by which the workflows decide. No workflow looks into a failure in
 * any other way.
 */
import { RetryState, TimeoutType } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { FailureType } from '../domain/failure-types.js';

/** Whether an activity failed with this type of ours. */
export function failedWith(error: unknown, type: FailureType): boolean {
  return (
    error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === type
  );
}

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
