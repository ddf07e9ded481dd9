/**
 * How far a show is: from its workflow while it runs, from the store when it does not. One snapshot, for
 * `show status`, for each tick of `show watch` and for the demo.
 */
import type { Client } from '@temporalio/client';
import { given } from '../../domain/given.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { imagesInFlight, NOTHING_IN_FLIGHT } from '../../live/images-in-flight.js';
import { type LastRun, runCounts } from '../../live/last-run.js';
import { isRunning, type LatestRun, latestRun } from '../../live/latest-run.js';
import { resultOfEnded } from '../../live/run-result.js';
import { askShow, lookAtRun, type RunningShow } from '../../live/running-show.js';
import { runningVariants } from '../../live/running-variants.js';
import type { LoadedShow } from '../load/load-show.js';
import { reviewPlan } from '../plan/plan-report.js';
import { countReview, type ReviewCounts } from '../review/describe-review.js';
import type { Output } from '../terminal/output.js';
import { rememberedFailures } from './remembered-failures.js';

/** How the last run ended is told if there was one and none runs. */
export interface ShowStatus extends Omit<RunningShow, 'state' | 'window'>, LastRun {
  readonly workflowId: string;
  /** Phase of the running workflow; `unanswered` if it runs but no orchestrator answers; otherwise how the last run ended. */
  readonly state: RunningShow['state'] | 'unanswered' | 'not-running';
  /** The run that is told of, or the last one; absent if there never was one. */
  readonly runId?: string;
  /** Workflow id of the scheduled run that started it; absent if a person did. */
  readonly scheduledRun?: string;
  /** Variants of the whole show, or of what a run is for. */
  readonly variants: number;
  /** Of the run; while none runs, of all that the store remembers. */
  readonly failed: number;
  /** Absent while no workflow answers. */
  readonly window?: number;
  /** What is decided of what is stored, and what of it is stale; absent while it runs. */
  readonly review?: ReviewCounts;
}

const SILENT: Pick<Output, 'note'> = { note: () => {} };

/** Takes a snapshot of a show. */
export async function showStatus(
  client: Client,
  loaded: LoadedShow,
  output: Pick<Output, 'note'> = SILENT,
): Promise<ShowStatus> {
  const workflowId = showWorkflowId(loaded.show);
  const run = await latestRun(client, workflowId);
  const status = isRunning(run)
    ? await statusWhileRunning(client, loaded, workflowId, output)
    : await statusAtRest(client, loaded, workflowId, run, output);
  return { ...status, ...identity(run) };
}

function identity(run: LatestRun | undefined): Pick<ShowStatus, 'runId' | 'scheduledRun'> {
  if (run === undefined) return {};
  const { runId, scheduledRun } = run;
  return { runId, ...given({ scheduledRun }) };
}

async function statusWhileRunning(
  client: Client,
  loaded: LoadedShow,
  workflowId: string,
  output: Pick<Output, 'note'>,
): Promise<ShowStatus> {
  const progress = await askShow(client, loaded.show);
  if (progress === undefined)
    return { ...(await storedStatus(loaded, workflowId, output)), state: 'unanswered' };
  return { workflowId, ...(await lookAtRun(client, loaded.show, progress)) };
}

async function statusAtRest(
  client: Client,
  loaded: LoadedShow,
  workflowId: string,
  run: LatestRun | undefined,
  output: Pick<Output, 'note'>,
): Promise<ShowStatus> {
  // A cue or a variant that was started by hand runs without its show.
  const { variants, uploading } = await runningVariants(client, loaded.show);
  const status = {
    ...(await storedStatus(loaded, workflowId, output)),
    ...(await imagesInFlight(client, loaded.show, variants)),
    ...(await rememberedFailures(loaded)),
    uploading,
  };
  if (run === undefined) return status;
  const { progress, reason } = await resultOfEnded(client, workflowId, run);
  return {
    ...status,
    lastRun: run.status,
    ...given({ lastRunCounts: progress && runCounts(progress), lastRunReason: reason }),
    degraded: progress?.degraded ?? 0,
    cancelled: progress?.cancelled ?? 0,
  };
}

async function storedStatus(
  loaded: LoadedShow,
  workflowId: string,
  output: Pick<Output, 'note'>,
): Promise<ShowStatus> {
  const { report, review } = await reviewPlan(loaded, output);
  const { totals } = report;
  const { variants, stored } = totals;
  return {
    workflowId,
    state: 'not-running',
    variants,
    stored,
    degraded: 0,
    failed: 0,
    cancelled: 0,
    ...NOTHING_IN_FLIGHT,
    failures: [],
    uploading: 0,
    review: countReview(review),
  };
}
