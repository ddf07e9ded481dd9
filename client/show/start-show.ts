/**
 * Starts the workflow of a show, or finds it running. The bundle is stored first: a run that exists can always be
 * carried out, even if this machine is switched off a second later.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { FailureBudget } from '../../domain/failure-budget.js';
import { acceptChangesUpdate, type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { PRIORITY } from '../../domain/priorities.js';
import { type ShowSelection, selectTasks } from '../../domain/show-selection.js';
import { showStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { openStore } from '../../storage/open-store.js';
import type { LoadedShow } from '../load-show.js';
import type { TemporalSession } from '../temporal/connect.js';
import { latestRun } from './latest-run.js';
import { differencesFromRunning, otherEdition } from './running-edition.js';
import { uploadBundle } from './upload-bundle.js';

/**
 * Variants in flight unless said otherwise: enough that a GPU always has the next one in hand while others upload,
 * few enough for a dev server on two cores.
 */
export const DEFAULT_WINDOW = 8;

/** How a show is to be run; each has a default. */
export interface ShowWishes {
  readonly window?: number | undefined;
  readonly selection?: ShowSelection | undefined;
  readonly maxFailures?: FailureBudget | undefined;
  /** 1 (first) to 5. */
  readonly priority?: number | undefined;
  /** A running show goes on by this edition. */
  readonly acceptChanges?: boolean | undefined;
}

export interface StartedShow {
  readonly workflowId: string;
  /** The show was running already; nothing was started. */
  readonly alreadyRunning: boolean;
  /** Workflow id of the scheduled run that started the running one; absent if a person did. */
  readonly scheduledRun?: string;
  /** The running one was started from another edition of the show file or cue sheet, and goes on by this one. */
  readonly otherEdition: boolean;
}

/** Starts a show. Safe to repeat. Throws if another edition of it is running and that is not accepted. */
export async function startShow(
  session: TemporalSession,
  loaded: LoadedShow,
  wishes: ShowWishes = {},
): Promise<StartedShow> {
  if (wishes.selection !== undefined) selectTasks(loaded.tasks, wishes.selection);
  const key = await storeBundle(loaded);
  const options = showStartOptions(loaded.show);
  const { workflowId } = options;
  try {
    await session.client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
      ...options,
      taskQueue: ORCHESTRATION_QUEUE,
      args: [inputOf(loaded, key, wishes)],
      memo: { bundleKey: key },
      priority: { priorityKey: wishes.priority ?? PRIORITY.show },
    });
    return { workflowId, alreadyRunning: false, otherEdition: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const otherEdition = await joinRunning(session, loaded, workflowId, key, wishes.acceptChanges === true);
    const scheduledRun = (await latestRun(session.client, workflowId))?.scheduledRun;
    return {
      ...{ workflowId, alreadyRunning: true, otherEdition },
      ...(scheduledRun === undefined ? {} : { scheduledRun }),
    };
  }
}

function inputOf({ show }: LoadedShow, bundleKey: string, wishes: ShowWishes) {
  const { project, version, patience } = show;
  const { window = DEFAULT_WINDOW, selection, maxFailures } = wishes;
  return {
    ...{ project, version, bundleKey, window, patience },
    ...(selection === undefined ? {} : { selection }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
  };
}

/** Returns whether the running show has been given this edition in place of its own. */
async function joinRunning(
  { client }: TemporalSession,
  loaded: LoadedShow,
  workflowId: string,
  key: string,
  accept: boolean,
): Promise<boolean> {
  const handle = client.workflow.getHandle<ShowWorkflow>(workflowId);
  const running = (await handle.describe()).memo?.bundleKey;
  if (running === key || typeof running !== 'string') return false;
  const differences = await differencesFromRunning(loaded, running);
  if (differences.length === 0) return false;
  if (!accept) throw otherEdition(workflowId, loaded.path, differences);
  await handle.executeUpdate(acceptChangesUpdate, { args: [{ bundleKey: key }] });
  return true;
}

async function storeBundle(loaded: LoadedShow): Promise<string> {
  const store = openStore(loaded.configuration.store, process.env);
  try {
    return await uploadBundle(loaded, store);
  } finally {
    store.close();
  }
}
