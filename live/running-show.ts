/**
 * How far a running show is, as its workflow and its pages tell.
 */
import type { Client } from '@temporalio/client';
import { given } from '../domain/given.js';
import { pageProgressQuery, showProgressQuery } from '../domain/messages.js';
import type { ShowAddress } from '../domain/object-keys.js';
import {
  addCounts,
  NO_VARIANTS,
  type PageProgress,
  type ShowProgress,
  subtractCounts,
  sumOf,
  type VariantCounts,
  type VariantFailure,
} from '../domain/progress.js';
import { showWorkflowId } from '../domain/workflow-ids.js';
import { type InFlight, imagesInFlight } from './images-in-flight.js';
import { runningVariants } from './running-variants.js';

export interface RunningShow extends InFlight {
  /** Phase of the workflow. */
  readonly state: 'planning' | 'running' | 'paused';
  /** Variants that the run answers for. */
  readonly variants: number;
  /** Of these: stored, before or in this run, degraded ones included. */
  readonly stored: number;
  /** Stored in this run with previews missing. */
  readonly degraded: number;
  readonly failed: number;
  /** By an operator. */
  readonly cancelled: number;
  /** A few of the failed. */
  readonly failures: readonly VariantFailure[];
  /** Generated and on a spool, not stored yet. */
  readonly uploading: number;
  /** Variants in flight at most. */
  readonly window: number;
  /** Ids of cues that an operator has paused. */
  readonly pausedCues?: readonly string[];
  /** Why the show paused by itself, if it did. */
  readonly pausedBecause?: string;
  /** Finished variants a minute in this run. */
  readonly ratePerMinute?: number;
  readonly etaSeconds?: number;
}

/** Pages asked for their progress at once: hardly ever are there more than two. */
const MAX_PAGES = 24;

/** What a show says of itself; undefined if no worker can answer now. */
export const askShow = (client: Client, show: ShowAddress): Promise<ShowProgress | undefined> =>
  ask(() => client.workflow.getHandle(showWorkflowId(show)).query(showProgressQuery));

/** Adds to what a show says of itself what its pages and the server's lists say by now. */
export async function lookAtRun(
  client: Client,
  show: ShowAddress,
  progress: ShowProgress,
): Promise<RunningShow> {
  const [pages, running] = await Promise.all([askPages(client, progress), runningVariants(client, show)]);
  const counts = pages.reduce((sum, { counts, told }) => addCounts(sum, subtractCounts(counts, told)), {
    ...NO_VARIANTS,
    ...countsOf(progress),
  });
  return {
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
): Pick<RunningShow, 'ratePerMinute' | 'etaSeconds'> {
  const finished = counts.stored + counts.degraded + counts.failed;
  if (startedAt === undefined || finished === 0 || phase === 'paused') return {};
  const seconds = Math.max(1, (Date.now() - Date.parse(startedAt)) / 1000 - pausedSeconds);
  const left = planned - sumOf(counts);
  return { ratePerMinute: (finished / seconds) * 60, etaSeconds: Math.round((left * seconds) / finished) };
}

/** Asks a workflow; undefined if none can answer now: no worker, or a workflow that has just ended. */
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
