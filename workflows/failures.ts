/**
 * What a failed activity or child means here: guards by which the workflows decide, and the one sentence that a
 * person reads. No workflow looks into a failure by any other way.
 */
import { RetryState, TimeoutType } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  type ChildWorkflowFailure,
  rootCause,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { FailureType } from '../domain/failure-types.js';
import type { WorkflowOutcome } from '../domain/workflow-outcome.js';

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

/** The innermost reason, with its type where there is one. */
export function describeFailure(error: unknown): string {
  const cause = innermost(error);
  const message = rootCause(error) ?? String(error);
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return type === undefined || type === null || type === 'Error' ? message : `${type}: ${message}`;
}

/** How a child that did not complete ended. */
export function describeChildEnd(error: ChildWorkflowFailure): WorkflowOutcome<never> {
  const { cause } = error;
  if (cause instanceof CancelledFailure) return { ended: 'cancelled', reason: 'it was cancelled' };
  if (cause instanceof TerminatedFailure) return { ended: 'terminated', reason: 'it was terminated' };
  if (cause instanceof TimeoutFailure) return { ended: 'timed out', reason: 'it timed out' };
  return { ended: 'failed', reason: rootCause(cause) ?? error.message };
}

function timedOutBy(error: unknown, type: TimeoutType): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === type
  );
}

function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}
