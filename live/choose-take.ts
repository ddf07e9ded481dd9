/**
 * Has a take put in the place of its variant, by a workflow under the variant's own id, so that nothing generates it meanwhile.
 */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type ChooseTakeWorkflow, WORKFLOW_TYPES } from '../domain/messages.js';
import type { VariantAddress } from '../domain/object-keys.js';
import { PRIORITY } from '../domain/priorities.js';
import { chooseTakeOptions } from '../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../domain/task-queues.js';

/** The variant is being generated, or another take of it chosen: a take can be chosen when that has ended. */
export class BeingGenerated extends Error {
  override readonly name = 'BeingGenerated';
}

/** Resolves when the take is in place. Throws BeingGenerated, and what the workflow fails with. */
export async function chooseTakeByWorkflow(
  client: Client,
  address: VariantAddress,
  seed: number,
): Promise<void> {
  const options = chooseTakeOptions(address, seed);
  try {
    await client.workflow.execute<ChooseTakeWorkflow>(WORKFLOW_TYPES.chooseTake, {
      ...options,
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ ...address, seed }],
      priority: { priorityKey: PRIORITY.byHand },
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new BeingGenerated(
      `${options.workflowId} is being generated, or another take of it chosen, right now; choose when that has ended.`,
      { cause: error },
    );
  }
}
