/**
 * `pregen show retry FILE [CUE [VARIANT]]`: generates again what failed. A running show does it after its other
 * variants; a show that is done is started for its failed variants; a cue or a variant is started at once, before the
 * backlog.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { missingVariants } from '../../domain/inventory.js';
import {
  type CueWorkflow,
  retryFailedUpdate,
  type ShowWorkflow,
  WORKFLOW_TYPES,
} from '../../domain/messages.js';
import { PRIORITY } from '../../domain/priorities.js';
import type { PlannedCue } from '../../domain/progress.js';
import { cueStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { cueWorkflowId, showWorkflowId } from '../../domain/workflow-ids.js';
import { openStore } from '../../storage/open-store.js';
import { CommandError } from '../cli/describe-error.js';
import type { Output } from '../cli/output.js';
import { type LoadedShow, loadShow } from '../load-show.js';
import { noteAbsentModels, refuseAbsentModels } from '../show/absent-models.js';
import { findCue } from '../show/find-cue.js';
import { isRunning, latestRun } from '../show/latest-run.js';
import { inventoryOf } from '../show/plan-report.js';
import { DEFAULT_WINDOW, startShow } from '../show/start-show.js';
import { uploadPictures } from '../show/upload-bundle.js';
import { type TemporalSession, withTemporal } from '../temporal/connect.js';
import type { ShowPart } from './show-steering.js';
import { variantStart } from './variant-start.js';

export interface RetryOptions extends ShowPart {
  readonly remoteModels?: boolean;
}

export async function showRetry(file: string, options: RetryOptions, output: Output): Promise<undefined> {
  const { cue, variant, remoteModels } = options;
  if (cue !== undefined && variant !== undefined) {
    const remote = remoteModels === undefined ? {} : { remoteModels };
    return variantStart({ file, cue, variant, ...remote }, output);
  }
  const loaded = await loadShow(file);
  if (remoteModels === true) noteAbsentModels(loaded, output);
  else refuseAbsentModels(loaded);
  return withTemporal((session) =>
    cue === undefined ? retryShow(session, loaded, output) : retryCue(session, loaded, cue, output),
  );
}

async function retryShow(session: TemporalSession, loaded: LoadedShow, output: Output): Promise<undefined> {
  const workflowId = showWorkflowId(loaded.show);
  const run = await latestRun(session.client, workflowId);
  if (run === undefined)
    throw new CommandError(`${workflowId} has never run; start it with "pregen show start ${loaded.path}".`);
  if (isRunning(run)) {
    const show = session.client.workflow.getHandle<ShowWorkflow>(workflowId);
    const failed = await show.executeUpdate(retryFailedUpdate);
    const words = `${workflowId} generates what failed again after its other variants; ${failed} failed so far.`;
    output.result({ workflowId, running: true, failed }, words);
    return undefined;
  }
  await startShow(session, loaded, { selection: { mode: 'failed' } });
  output.result({ workflowId, running: false }, `Started ${workflowId} for the variants that failed.`);
  return undefined;
}

async function retryCue(
  session: TemporalSession,
  loaded: LoadedShow,
  cue: string,
  output: Output,
): Promise<undefined> {
  const task = findCue(loaded, cue, 'show retry');
  const planned = { task, ...missingVariants(task, await inventoryOf(loaded, task)) };
  const workflowId = cueWorkflowId(task);
  const variants = planned.variantIds.length;
  if (variants === 0) {
    output.result({ workflowId, started: false, variants }, `Every variant of ${workflowId} is stored.`);
    return undefined;
  }
  const started = await startCue(session, loaded, planned);
  const words = started
    ? `Started ${workflowId} for ${variants} variants, before the backlog of any show.`
    : `${workflowId} is running already.`;
  output.result({ workflowId, started, variants }, words);
  return undefined;
}

async function startCue(
  { client }: TemporalSession,
  loaded: LoadedShow,
  planned: PlannedCue,
): Promise<boolean> {
  const store = openStore(loaded.configuration.store, process.env);
  try {
    await uploadPictures(loaded, store);
    await client.workflow.start<CueWorkflow>(WORKFLOW_TYPES.cue, {
      ...cueStartOptions(planned.task),
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ ...planned, window: DEFAULT_WINDOW, patience: loaded.show.patience }],
      priority: { priorityKey: PRIORITY.byHand },
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  } finally {
    store.close();
  }
}
