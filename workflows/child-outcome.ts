/**
 * How a child ended, as an answer instead of an exception: completed, failed, cancelled, terminated, timed out, or
 * not ours because a workflow with its id is running already.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, CancelledFailure, ChildWorkflowFailure } from '@temporalio/workflow';
import { outcomeOfFailure, type WorkflowOutcome } from '../domain/workflow-outcome.js';
import { asCancellation } from './cancelled.js';

export type ChildOutcome<R> = WorkflowOutcome<R> | { readonly ended: 'running already' };

/** Waits for a child. Throws only what is not the child's end: the parent's own cancellation, or a mistake. */
export async function childOutcome<R>(child: Promise<R>): Promise<ChildOutcome<R>> {
  try {
    return { ended: 'completed', result: await child };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { ended: 'running already' };
    if (CancellationScope.current().consideredCancelled) throw asCancellation(error);
    if (error instanceof ChildWorkflowFailure) return outcomeOfFailure(error.cause);
    // Cancelled in a scope of its own, before it was ordered.
    if (error instanceof CancelledFailure) return outcomeOfFailure(error);
    throw error;
  }
}
