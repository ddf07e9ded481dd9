/**
 * What a run of a show that has ended says of itself: its result, or the account that it gave when all of it failed, or why it
 * could not even be planned.
 */
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_TYPES } from '../domain/failure-types.js';
import type { ShowWorkflow } from '../domain/messages.js';
import type { ShowProgress } from '../domain/progress.js';
import type { LatestRun } from './latest-run.js';
import { reasonOf } from './reason-of.js';

export interface RunResult {
  /** Of what the run was for, which may have been a part of the show. */
  readonly progress?: ShowProgress;
  /** Why it failed without having counted anything. */
  readonly reason?: string;
}

/** Nothing if it says nothing: it was stopped. */
export async function resultOfEnded(
  client: Client,
  workflowId: string,
  { status }: Pick<LatestRun, 'status'>,
): Promise<RunResult> {
  if (status !== 'COMPLETED' && status !== 'FAILED') return {};
  try {
    return { progress: await client.workflow.getHandle<ShowWorkflow>(workflowId).result() };
  } catch (error) {
    return accountOf(error);
  }
}

function accountOf(error: unknown): RunResult {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURE_TYPES.allFailed)
    return { reason: reasonOf(error) };
  return { progress: cause.details?.[0] as ShowProgress };
}
