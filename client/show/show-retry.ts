/**
 * `pregen show retry FILE [CUE [VARIANT]]`: generates again what failed. A running show does it after its other
 * variants; a show that is done is started for its failed variants; a cue or a variant is started at once, before the
 * backlog.
 */

import { given } from '../../domain/given.js';
import { missingVariants } from '../../domain/inventory.js';
import { PRIORITY } from '../../domain/priorities.js';
import { cueRunOptions } from '../../domain/start-options.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { isRunning, latestRun } from '../../live/latest-run.js';
import { startRun } from '../../steering/start-run.js';
import { retriedWords, retryFailed } from '../../steering/steer-show.js';
import { findCue } from '../load/find-cue.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { noteAbsentModels, refuseAbsentModels } from '../plan/absent-models.js';
import { inventoryOf } from '../plan/plan-report.js';
import { startShow } from '../show/start-show.js';
import { countRemembered } from '../status/remembered-failures.js';
import { type TemporalSession, withTemporal } from '../temporal/connect.js';
import { CommandError } from '../terminal/describe-error.js';
import type { ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';
import type { ShowPart } from './show-steering.js';
import { storeBundle } from './upload-bundle.js';
import { variantStart } from './variant-start.js';

export interface RetryOptions extends ShowPart {
  readonly remoteModels?: boolean;
}

export async function showRetry(
  file: string,
  options: RetryOptions,
  output: Output,
): Promise<ExitCode | undefined> {
  const { cue, variant, remoteModels } = options;
  if (cue !== undefined && variant !== undefined) {
    const remote = given({ remoteModels });
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
  const { client } = session;
  const workflowId = showWorkflowId(loaded.show);
  const run = await latestRun(client, workflowId);
  if (isRunning(run)) {
    const failed = await retryFailed(client, loaded.show);
    output.result({ workflowId, running: true, failed }, retriedWords(workflowId, failed));
    return undefined;
  }
  const failed = await countRemembered(loaded);
  if (failed === 0 && run === undefined)
    throw new CommandError(
      `${workflowId} has never run, as far as the server remembers; start it with "pregen show start ${loaded.path}".`,
    );
  if (failed === 0) {
    const words = `No failure of ${workflowId} is remembered, so there is nothing to retry; "pregen show start ${loaded.path}" generates what is missing.`;
    output.result({ workflowId, running: false, failed }, words);
    return undefined;
  }
  await startShow(session, loaded, { selection: { mode: 'failed' } });
  output.result(
    { workflowId, running: false, failed },
    `Started ${workflowId} for the ${failed} variants that failed.`,
  );
  return undefined;
}

async function retryCue(
  session: TemporalSession,
  loaded: LoadedShow,
  cue: string,
  output: Output,
): Promise<undefined> {
  const task = findCue(loaded, cue, 'show retry');
  const variants = missingVariants(task, await inventoryOf(loaded, task)).variantIds.length;
  const options = cueRunOptions(task);
  const { workflowId } = options;
  if (variants === 0) {
    output.result({ workflowId, started: false, variants }, `Every variant of ${workflowId} is stored.`);
    return undefined;
  }
  const selection = { mode: 'missing', cues: [cue] } as const;
  const wishes = { selection, priority: PRIORITY.byHand };
  const started = await startRun(session.client, loaded.show, options, await storeBundle(loaded), wishes);
  const words = started
    ? `Started ${workflowId} for ${variants} variants, before the backlog of any show.`
    : `${workflowId} is running already.`;
  output.result({ workflowId, started, variants }, words);
  return undefined;
}
