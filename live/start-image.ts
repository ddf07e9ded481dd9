/**
 * One image, or take of one, asked for by hand: its workflow, before the backlog of any show, unless it runs already.
 */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type PregenerateVariantInput, type VariantWorkflow, WORKFLOW_TYPES } from '../domain/messages.js';
import { PRIORITY } from '../domain/priorities.js';
import { variantStartOptions } from '../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../domain/task-queues.js';

export interface StartedImage {
  readonly workflowId: string;
  readonly seed: number;
  /** False if it was running already. */
  readonly started: boolean;
}

export async function startImage(client: Client, input: PregenerateVariantInput): Promise<StartedImage> {
  const options = variantStartOptions(input.request);
  const { workflowId } = options;
  const { seed } = input.request;
  try {
    await client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
      ...options,
      taskQueue: ORCHESTRATION_QUEUE,
      args: [input],
      priority: { priorityKey: PRIORITY.byHand },
    });
    return { workflowId, seed, started: true };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, seed, started: false };
    throw error;
  }
}
