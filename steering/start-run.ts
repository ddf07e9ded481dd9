/**
 * Starts a run of a show, or of a part of it, from the bundle that lies in its store.
 */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { FailureBudget } from '../domain/failure-budget.js';
import { given } from '../domain/given.js';
import { type PregenerateShowInput, type ShowWorkflow, WORKFLOW_TYPES } from '../domain/messages.js';
import { PRIORITY } from '../domain/priorities.js';
import type { ShowFile } from '../domain/show-file.js';
import type { ShowSelection } from '../domain/show-selection.js';
import type { StartOptions } from '../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../domain/task-queues.js';

/**
 * Variants in flight unless said otherwise: enough that a GPU always has the next one in hand while others upload,
 * few enough for a dev server on two cores.
 */
export const DEFAULT_WINDOW = 8;

/** How a show is to be run; each has a default. */
export interface RunWishes {
  readonly window?: number | undefined;
  readonly selection?: ShowSelection | undefined;
  readonly maxFailures?: FailureBudget | undefined;
  /** 1 (first) to 5. */
  readonly priority?: number | undefined;
}

type Show = Pick<ShowFile, 'project' | 'version' | 'patience'>;

/** Starts a run under the id of `options`. Returns false if there is one. */
export async function startRun(
  client: Client,
  show: Show,
  options: StartOptions,
  bundleKey: string,
  wishes: RunWishes,
): Promise<boolean> {
  try {
    await client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
      ...options,
      taskQueue: ORCHESTRATION_QUEUE,
      args: [inputOf(show, bundleKey, wishes)],
      memo: { bundleKey },
      priority: { priorityKey: wishes.priority ?? PRIORITY.show },
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

function inputOf(
  { project, version, patience }: Show,
  bundleKey: string,
  wishes: RunWishes,
): PregenerateShowInput {
  const { window = DEFAULT_WINDOW, selection, maxFailures } = wishes;
  return { ...{ project, version, bundleKey, window, patience }, ...given({ selection, maxFailures }) };
}
