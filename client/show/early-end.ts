/**
 * A run that finds nothing to do ends at once, and so does one that cannot be planned: whoever has just started it is told so,
 * instead of being sent to watch it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { ShowAddress } from '../../domain/object-keys.js';
import type { ShowProgress } from '../../domain/progress.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { isRunning, latestRun } from '../../live/latest-run.js';
import { resultOfEnded } from '../../live/run-result.js';
import { askShow } from '../../live/running-show.js';
import { CommandError } from '../terminal/describe-error.js';
import { describeResult } from '../watch/report-result.js';

/** Planning a show of some thousand variants takes less; where nobody plans it now, nothing more is learned by waiting. */
const LOOK_FOR_MS = 3000;
const LOOK_EVERY_MS = 100;

/**
 * What the run came to, if it has ended by the time it is planned; undefined as soon as there is something to do, or if nobody says so
 * within a moment. Throws if it has failed.
 */
export async function earlyEnd(client: Client, show: ShowAddress): Promise<ShowProgress | undefined> {
  const over = new AbortController();
  const late = sleep(LOOK_FOR_MS, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    return await Promise.race([late, endBeforeWork(client, show, over.signal)]);
  } finally {
    over.abort();
  }
}

async function endBeforeWork(
  client: Client,
  show: ShowAddress,
  signal: AbortSignal,
): Promise<ShowProgress | undefined> {
  const workflowId = showWorkflowId(show);
  while (!signal.aborted) {
    const run = await latestRun(client, workflowId);
    if (run !== undefined && !isRunning(run)) return endOf(client, workflowId, run);
    const progress = await askShow(client, show);
    if (progress !== undefined && progress.phase !== 'planning' && progress.planned > progress.skipped)
      return undefined;
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function endOf(
  client: Client,
  workflowId: string,
  run: Parameters<typeof resultOfEnded>[2],
): Promise<ShowProgress | undefined> {
  const { progress, reason } = await resultOfEnded(client, workflowId, run);
  if (reason !== undefined) throw new CommandError(`${workflowId} ended at once: ${reason}`);
  return progress;
}

/** In words, after those that say what was started. */
export function describeEarlyEnd(result: ShowProgress): string {
  const { stored, degraded, failed, cancelled } = result;
  const said = describeResult(result);
  return stored + degraded + failed + cancelled === 0 ? `There was nothing to do: ${said}` : said;
}
