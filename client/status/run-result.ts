/**
 * What a run of a show that has ended says of itself: its result, or the account that it gave when all of it failed.
 */
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import type { ShowWorkflow } from '../../domain/messages.js';
import type { ShowProgress } from '../../domain/progress.js';
import type { LatestRun } from '../temporal/latest-run.js';

/** Undefined if it says nothing: it was stopped, or could not be planned. */
export async function progressOfEnded(
  client: Client,
  workflowId: string,
  { status }: Pick<LatestRun, 'status'>,
): Promise<ShowProgress | undefined> {
  if (status !== 'COMPLETED' && status !== 'FAILED') return undefined;
  try {
    return await client.workflow.getHandle<ShowWorkflow>(workflowId).result();
  } catch (error) {
    return accountOf(error);
  }
}

function accountOf(error: unknown): ShowProgress | undefined {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURE_TYPES.allFailed) return undefined;
  return cause.details?.[0] as ShowProgress | undefined;
}
