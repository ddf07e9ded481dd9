/**
 * Sends an update to a running workflow and stays until it is confirmed. Nobody waits for ever: without an orchestrator the
 * server would keep the sender waiting. An update that meets the moment in which the workflow continues as new is refused by
 * the server, and sent again under the same id.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { SteeringError } from './steering-error.js';

/** A workflow answers within a fraction of a second; one that is read again from a long history, within two. */
const ANSWER_WITHIN_MS = 10_000;
const TRY_AGAIN_AFTER_MS = 200;

/** gRPC's numbers for what the server says of an update whose workflow task it gave up, because the execution ended in it. */
const MEETS_ROLL_OVER: readonly number[] = [
  9 /* FAILED_PRECONDITION */, 10 /* ABORTED */, 14 /* UNAVAILABLE */,
];

/** The failure type of an update that was accepted, and whose execution ended before it was done. */
const ENDED_MEANWHILE = 'AcceptedUpdateCompletedWorkflow';

export interface Update<Result, Args extends unknown[]> {
  readonly workflowId: string;
  readonly update: UpdateDefinition<Result, Args>;
  readonly args: Args;
}

/** Returns the workflow's answer. Throws a SteeringError if nobody answers in time, and WorkflowNotFoundError if nothing runs. */
export async function sendUpdate<Result, Args extends unknown[]>(
  client: Client,
  { workflowId, update, args }: Update<Result, Args>,
): Promise<Result> {
  const updateId = randomUUID();
  const deadline = Date.now() + ANSWER_WITHIN_MS;
  const handle = client.workflow.getHandle(workflowId);
  // The SDK's types tell updates with arguments from those without; its code does not.
  const sent = args as unknown as [unknown];
  for (;;) {
    try {
      return await client.withDeadline(deadline, () =>
        handle.executeUpdate<Result, [unknown]>(update.name, { args: sent, updateId }),
      );
    } catch (error) {
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw unanswered(workflowId, error);
      if (!meetsRollOver(error) || Date.now() > deadline) throw error;
      await sleep(TRY_AGAIN_AFTER_MS);
    }
  }
}

function meetsRollOver(error: unknown): boolean {
  if (error instanceof WorkflowUpdateFailedError)
    return error.cause instanceof ApplicationFailure && error.cause.type === ENDED_MEANWHILE;
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && MEETS_ROLL_OVER.includes(cause.code);
}

const unanswered = (workflowId: string, cause: unknown): SteeringError =>
  new SteeringError(
    `${workflowId} runs, but no orchestrator answers: nothing was confirmed within ${ANSWER_WITHIN_MS / 1000} s. ` +
      'Start one with "pregen worker --role orchestrator" (or "pregen dev") and say it again.',
    { cause },
  );
