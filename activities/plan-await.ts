/**
 * Waits for workflows that are no children of the one that asks: a cue whose show has continued as new, a variant
 * that somebody started by hand. Every way of ending is an answer.
 */
import { Context } from '@temporalio/activity';
import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Workflow, WorkflowResultType } from '@temporalio/common';
import { outcomeOfFailure, type WorkflowOutcome } from '../domain/workflow-outcome.js';

/** Resolves when the workflow (the whole chain, if it continues as new) has ended; rejects when the wait is cancelled. */
export async function awaitWorkflow<W extends Workflow>(
  client: Client,
  workflowId: string,
  signal: AbortSignal,
): Promise<WorkflowOutcome<WorkflowResultType<W>>> {
  try {
    const handle = client.workflow.getHandle<W>(workflowId);
    return { ended: 'completed', result: await client.withAbortSignal(signal, () => handle.result()) };
  } catch (error) {
    // The reason why the activity is cancelled, rather than that its request was aborted.
    if (signal.aborted) return Context.current().cancelled;
    return describeEnd(error, workflowId);
  }
}

function describeEnd(error: unknown, workflowId: string): WorkflowOutcome<never> {
  if (error instanceof WorkflowNotFoundError)
    return { ended: 'not found', reason: `there is no workflow ${workflowId}` };
  if (!(error instanceof WorkflowFailedError)) throw error;
  return outcomeOfFailure(error.cause);
}
