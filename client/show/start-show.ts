/**
 * Starts the workflow of a show, or finds it running. The bundle is stored first: a run that exists can always be
 * carried out, even if this machine is switched off a second later.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { showStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { openStore } from '../../storage/open-store.js';
import type { LoadedShow } from '../load-show.js';
import type { TemporalSession } from '../temporal/connect.js';
import { uploadBundle } from './upload-bundle.js';

/**
 * Variants in flight unless said otherwise: enough that a GPU always has the next one in hand while others upload,
 * few enough for a dev server on two cores.
 */
export const DEFAULT_WINDOW = 8;

export interface StartedShow {
  readonly workflowId: string;
  /** The show was running already; nothing was started. */
  readonly alreadyRunning: boolean;
  /** The running one was started from another edition of the show file or cue sheet. */
  readonly otherEdition: boolean;
}

/** Starts a show. Safe to repeat. */
export async function startShow(
  { client }: TemporalSession,
  loaded: LoadedShow,
  window: number = DEFAULT_WINDOW,
): Promise<StartedShow> {
  const key = await storeBundle(loaded);
  const options = showStartOptions(loaded.show);
  const { workflowId } = options;
  const { project, version, patience } = loaded.show;
  try {
    await client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
      ...options,
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ project, version, bundleKey: key, window, patience }],
      memo: { bundleKey: key },
    });
    return { workflowId, alreadyRunning: false, otherEdition: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { memo } = await client.workflow.getHandle(workflowId).describe();
    return { workflowId, alreadyRunning: true, otherEdition: memo?.bundleKey !== key };
  }
}

async function storeBundle(loaded: LoadedShow): Promise<string> {
  const store = openStore(loaded.configuration.store, process.env);
  try {
    return await uploadBundle(loaded, store);
  } finally {
    store.close();
  }
}
