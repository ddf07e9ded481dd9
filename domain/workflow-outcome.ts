/**
 * How a workflow ended, for a parent or for a caller. Every way of ending is an answer, so that no slot waits for an answer that
 * never comes.
 */
import { CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { describeFailure } from './failure-text.js';

export type WorkflowOutcome<R> =
  | { readonly ended: 'completed'; readonly result: R }
  | {
      readonly ended: 'failed' | 'cancelled' | 'terminated' | 'timed out';
      readonly reason: string;
    };

/** A run of a workflow that is no child of the asking one, looked at from outside. */
export interface RunEnd {
  /** `superseded`: it has ended, and another run has its id by now. */
  readonly status:
    | 'running'
    | 'completed'
    | 'failed'
    | 'cancelled'
    | 'terminated'
    | 'timed out'
    | 'superseded'
    | 'not found';
  /** Of its first execution; absent if there is no such workflow. */
  readonly runId?: string;
}

/** The outcome of a workflow that ended by this failure. */
export function outcomeOfFailure(cause: unknown): WorkflowOutcome<never> {
  if (cause instanceof CancelledFailure) return { ended: 'cancelled', reason: 'it was cancelled' };
  if (cause instanceof TerminatedFailure) return { ended: 'terminated', reason: 'it was terminated' };
  if (cause instanceof TimeoutFailure) return { ended: 'timed out', reason: 'it timed out' };
  return { ended: 'failed', reason: describeFailure(cause) };
}
