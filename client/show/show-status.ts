/**
 * How far a show is: from its workflow while it runs, from the store when it does not. One snapshot, for
 * `show status`, for each tick of `show watch` and for the demo.
 */
import type { Client } from '@temporalio/client';
import { cueProgressQuery, showProgressQuery } from '../../domain/messages.js';
import type { CueProgress, ShowProgress, VariantFailure } from '../../domain/progress.js';
import { cueWorkflowId, showWorkflowId } from '../../domain/workflow-ids.js';
import type { LoadedShow } from '../load-show.js';
import { type InFlight, imagesInFlight, NOTHING_IN_FLIGHT } from './images-in-flight.js';
import { isRunning, type LatestRun, latestRun } from './latest-run.js';
import { reportPlan } from './plan-report.js';
import { runningVariants } from './running-variants.js';

export interface ShowStatus extends InFlight {
  readonly workflowId: string;
  /** Phase of the running workflow; `unanswered` if it runs but no orchestrator answers; otherwise how the last run ended. */
  readonly state: 'planning' | 'running' | 'paused' | 'unanswered' | 'not-running';
  /** How the last run ended, if there was one and none runs: COMPLETED, CANCELLED, … */
  readonly lastRun?: string;
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
  readonly failed: number;
  /** The latest. */
  readonly failures: readonly VariantFailure[];
  /** Generated and on a spool, not stored yet. */
  readonly uploading: number;
  /** Variants in flight at most; absent while no workflow answers. */
  readonly window?: number;
  /** Ids of cues that somebody has paused. */
  readonly pausedCues?: readonly string[];
  /** Why the show paused by itself, if it did. */
  readonly pausedBecause?: string;
  /** Finished variants a minute in this run. */
  readonly ratePerMinute?: number;
  readonly etaSeconds?: number;
}

/** Cues asked for their progress at once: more would not fit on a screen, and their counts join when they end. */
const MAX_CUES = 24;

/** Takes a snapshot of a show. */
export async function showStatus(client: Client, loaded: LoadedShow): Promise<ShowStatus> {
  const workflowId = showWorkflowId(loaded.show);
  const run = await latestRun(client, workflowId);
  const status = isRunning(run)
    ? await statusWhileRunning(client, loaded, workflowId)
    : await statusAtRest(client, loaded, workflowId, run);
  return { ...status, ...identity(run) };
}

function identity(run: LatestRun | undefined): Pick<ShowStatus, 'runId' | 'scheduledRun'> {
  if (run === undefined) return {};
  const { runId, scheduledRun } = run;
  return { runId, ...(scheduledRun === undefined ? {} : { scheduledRun }) };
}

async function statusWhileRunning(
  client: Client,
  loaded: LoadedShow,
  workflowId: string,
): Promise<ShowStatus> {
  const progress = await ask(() => client.workflow.getHandle(workflowId).query(showProgressQuery));
  if (progress === undefined) return { ...(await storedStatus(loaded, workflowId)), state: 'unanswered' };
  return statusOfRun(client, loaded, workflowId, progress);
}

async function statusOfRun(
  client: Client,
  { show }: LoadedShow,
  workflowId: string,
  progress: ShowProgress,
): Promise<ShowStatus> {
  const [cues, running] = await Promise.all([
    cuesInFlight(client, show, progress),
    runningVariants(client, show),
  ]);
  const total = (pick: (counts: ShowProgress | CueProgress) => number) =>
    [progress, ...cues].reduce((sum, counts) => sum + pick(counts), 0);
  const stored = total((counts) => counts.stored);
  const degraded = total((counts) => counts.degraded);
  const failed = total((counts) => counts.failed);
  const finished = stored + degraded + failed;
  return {
    workflowId,
    state: progress.phase === 'done' ? 'running' : progress.phase,
    variants: progress.planned,
    stored: progress.skipped + stored + degraded,
    degraded,
    failed,
    ...(await imagesInFlight(client, show, running.variants, cues)),
    failures: [progress, ...cues].flatMap(({ failures }) => failures),
    uploading: running.uploading,
    window: progress.window,
    ...(progress.pausedCues === undefined ? {} : { pausedCues: progress.pausedCues }),
    ...(progress.pausedBecause === undefined ? {} : { pausedBecause: progress.pausedBecause }),
    ...paceOf(progress, finished),
  };
}

async function cuesInFlight(
  client: Client,
  show: { project: string; version: string },
  progress: ShowProgress,
): Promise<CueProgress[]> {
  const answers = await Promise.all(
    progress.cuesInFlight
      .slice(0, MAX_CUES)
      .map((cueId) =>
        ask(() => client.workflow.getHandle(cueWorkflowId({ ...show, cueId })).query(cueProgressQuery)),
      ),
  );
  return answers.filter((answer) => answer !== undefined);
}

function paceOf(
  { phase, startedAt, pausedSeconds, planned, skipped }: ShowProgress,
  finished: number,
): Pick<ShowStatus, 'ratePerMinute' | 'etaSeconds'> {
  if (startedAt === undefined || finished === 0 || phase === 'paused') return {};
  const seconds = Math.max(1, (Date.now() - Date.parse(startedAt)) / 1000 - pausedSeconds);
  const left = planned - skipped - finished;
  return { ratePerMinute: (finished / seconds) * 60, etaSeconds: Math.round((left * seconds) / finished) };
}

async function statusAtRest(
  client: Client,
  loaded: LoadedShow,
  workflowId: string,
  run: LatestRun | undefined,
): Promise<ShowStatus> {
  // A cue or a variant that somebody has started runs without its show.
  const { variants, uploading } = await runningVariants(client, loaded.show);
  const status = {
    ...(await storedStatus(loaded, workflowId)),
    ...(await imagesInFlight(client, loaded.show, variants)),
    uploading,
  };
  if (run === undefined) return status;
  const lastRun = run.status;
  const result =
    lastRun === 'COMPLETED'
      ? await client.workflow.getHandle<() => Promise<ShowProgress>>(workflowId).result()
      : undefined;
  const { failed = 0, degraded = 0, failures = [] } = result ?? {};
  return { ...status, lastRun, failed, degraded, failures };
}

async function storedStatus(loaded: LoadedShow, workflowId: string): Promise<ShowStatus> {
  const { totals } = await reportPlan(loaded);
  const { variants, stored } = totals;
  return {
    workflowId,
    state: 'not-running',
    variants,
    stored,
    degraded: 0,
    failed: 0,
    ...NOTHING_IN_FLIGHT,
    failures: [],
    uploading: 0,
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
