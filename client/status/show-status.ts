/**
 * How far a show is: from its workflow while it runs, from the store when it does not. One snapshot, for
 * `show status`, for each tick of `show watch` and for the demo.
 */
import type { Client } from '@temporalio/client';
import { given } from '../../domain/given.js';
import { pageProgressQuery, showProgressQuery } from '../../domain/messages.js';
import {
  addCounts,
  NO_VARIANTS,
  type PageProgress,
  type ShowProgress,
  subtractCounts,
  sumOf,
  type VariantCounts,
  type VariantFailure,
} from '../../domain/progress.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { isRunning, type LatestRun, latestRun } from '../../live/latest-run.js';
import { runningVariants } from '../../live/running-variants.js';
import type { LoadedShow } from '../load/load-show.js';
import { reviewPlan } from '../plan/plan-report.js';
import { countReview, type ReviewCounts } from '../review/describe-review.js';
import type { Output } from '../terminal/output.js';
import { type InFlight, imagesInFlight, NOTHING_IN_FLIGHT } from './images-in-flight.js';
import { type LastRun, runCounts } from './last-run.js';
import { rememberedFailures } from './remembered-failures.js';
import { resultOfEnded } from './run-result.js';

/** How the last run ended is told if there was one and none runs. */
export interface ShowStatus extends InFlight, LastRun {
  readonly workflowId: string;
  /** Phase of the running workflow; `unanswered` if it runs but no orchestrator answers; otherwise how the last run ended. */
  readonly state: 'planning' | 'running' | 'paused' | 'unanswered' | 'not-running';
  /** The run that is told of, or the last one; absent if there never was one. */
  readonly runId?: string;
  /** Workflow id of the scheduled run that started it; absent if a person did. */
  readonly scheduledRun?: string;
  /** Variants of the whole show. */
  readonly variants: number;
  /** Of these: stored, before or in this run, degraded ones included. */
  readonly stored: number;
  /** Stored in this run with previews missing. */
  readonly degraded: number;
  /** Of the run; while none runs, of all that the store remembers. */
  readonly failed: number;
  /** By an operator, in this run or the last one. */
  readonly cancelled: number;
  /** A few of the failed. */
  readonly failures: readonly VariantFailure[];
  /** Generated and on a spool, not stored yet. */
  readonly uploading: number;
  /** Variants in flight at most; absent while no workflow answers. */
  readonly window?: number;
  /** Ids of cues that an operator has paused. */
  readonly pausedCues?: readonly string[];
  /** Why the show paused by itself, if it did. */
  readonly pausedBecause?: string;
  /** What is decided of what is stored, and what of it is stale; absent while it runs. */
  readonly review?: ReviewCounts;
  /** Finished variants a minute in this run. */
  readonly ratePerMinute?: number;
  readonly etaSeconds?: number;
}

const SILENT: Pick<Output, 'note'> = { note: () => {} };

/** Pages asked for their progress at once: hardly ever are there more than two. */
const MAX_PAGES = 24;

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
  const progress = await ask(() => client.workflow.getHandle(workflowId).query(showProgressQuery));
  if (progress === undefined)
    return { ...(await storedStatus(loaded, workflowId, output)), state: 'unanswered' };
  return statusOfRun(client, loaded, workflowId, progress);
}

async function statusOfRun(
  client: Client,
  { show }: LoadedShow,
  workflowId: string,
  progress: ShowProgress,
): Promise<ShowStatus> {
  const [pages, running] = await Promise.all([askPages(client, progress), runningVariants(client, show)]);
  const counts = pages.reduce((sum, { counts, told }) => addCounts(sum, subtractCounts(counts, told)), {
    ...NO_VARIANTS,
    ...countsOf(progress),
  });
  return {
    workflowId,
    state: progress.phase === 'done' ? 'running' : progress.phase,
    variants: progress.planned,
    stored: counts.skipped + counts.stored + counts.degraded,
    degraded: counts.degraded,
    failed: counts.failed,
    cancelled: counts.cancelled,
    ...(await imagesInFlight(client, show, running.variants, pages)),
    failures: progress.failures,
    uploading: running.uploading,
    window: progress.window,
    ...given({ pausedCues: progress.pausedCues, pausedBecause: progress.pausedBecause }),
    ...paceOf(progress, counts),
  };
}

const countsOf = ({ stored, degraded, failed, cancelled, skipped }: VariantCounts): VariantCounts => ({
  stored,
  degraded,
  failed,
  cancelled,
  skipped,
});

/** What pages say of themselves now, beside what they have told their show. */
async function askPages(
  client: Client,
  { pagesInFlight }: ShowProgress,
): Promise<(PageProgress & { told: VariantCounts })[]> {
  const answers = await Promise.all(
    pagesInFlight.slice(0, MAX_PAGES).map(async ({ workflowId, counts }) => {
      const answer = await ask(() => client.workflow.getHandle(workflowId).query(pageProgressQuery));
      return answer === undefined ? [] : [{ ...answer, told: counts }];
    }),
  );
  return answers.flat();
}

function paceOf(
  { phase, startedAt, pausedSeconds, planned }: ShowProgress,
  counts: VariantCounts,
): Pick<ShowStatus, 'ratePerMinute' | 'etaSeconds'> {
  const finished = counts.stored + counts.degraded + counts.failed;
  if (startedAt === undefined || finished === 0 || phase === 'paused') return {};
  const seconds = Math.max(1, (Date.now() - Date.parse(startedAt)) / 1000 - pausedSeconds);
  const left = planned - sumOf(counts);
  return { ratePerMinute: (finished / seconds) * 60, etaSeconds: Math.round((left * seconds) / finished) };
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

/** Asks a workflow; undefined if nobody can answer now: no worker, or a workflow that has just ended. */
async function ask<T>(query: () => Promise<T>): Promise<T | undefined> {
  try {
    return await query();
  } catch (error) {
    if (error instanceof Error && UNANSWERED.includes(error.name)) return undefined;
    throw error;
  }
}

/** Without a worker the server lets a query run into its deadline, or refuses it at once: both are ServiceErrors. */
const UNANSWERED = ['ServiceError', 'WorkflowNotFoundError', 'QueryNotRegisteredError', 'QueryRejectedError'];
