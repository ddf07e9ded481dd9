/**
 * A schedule as a person and a machine want to know it: when it runs next, and what became of its last runs.
 */
import type { Client, ScheduleDescription, ScheduleExecutionResult } from '@temporalio/client';
import type { ShowWorkflow } from '../../domain/messages.js';
import type { ShowProgress } from '../../domain/progress.js';
import { reasonOf } from '../../live/reason-of.js';
import { duration } from '../terminal/quantities.js';
import { describeSpec } from './spec.js';

/** Next runs that are told. */
const NEXT_RUNS = 5;

export interface ScheduledRun {
  /** ISO 8601 times: when it was due, and when it was started. */
  readonly scheduledAt: string;
  readonly startedAt: string;
  readonly workflowId: string;
  /** RUNNING, COMPLETED, FAILED, …; GONE if the server has forgotten it. */
  readonly status: string;
  readonly result?: Pick<ShowProgress, 'planned' | 'skipped' | 'stored' | 'degraded' | 'failed'>;
  /** Why it did not complete. */
  readonly reason?: string;
}

export interface ScheduleReport {
  readonly scheduleId: string;
  readonly when: string;
  readonly paused: boolean;
  readonly note?: string;
  readonly catchupWindowSeconds: number;
  readonly next: readonly string[];
  /** The latest first. */
  readonly recent: readonly ScheduledRun[];
  readonly runs: number;
  readonly skippedBecauseRunning: number;
  readonly missed: number;
}

/** Looks up the recent runs of a schedule. */
export async function reportSchedule(
  client: Client,
  description: ScheduleDescription,
): Promise<ScheduleReport> {
  const { scheduleId, spec, state, info, policies } = description;
  const recent = await Promise.all(info.recentActions.toReversed().map((action) => lookUp(client, action)));
  return {
    scheduleId,
    when: describeSpec(spec),
    paused: state.paused,
    ...(state.note === undefined || state.note === '' ? {} : { note: state.note }),
    catchupWindowSeconds: policies.catchupWindow / 1000,
    next: state.paused ? [] : info.nextActionTimes.slice(0, NEXT_RUNS).map((time) => time.toISOString()),
    recent,
    runs: info.numActionsTaken,
    skippedBecauseRunning: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
  };
}

export function describeReport(report: ScheduleReport): string {
  const { scheduleId, when, paused, note, catchupWindowSeconds, next, recent } = report;
  const { runs, skippedBecauseRunning, missed } = report;
  return [
    `${scheduleId}: ${when}${paused ? '; paused' : ''}${note === undefined ? '' : ` (${note})`}`,
    `catches up within ${duration(catchupWindowSeconds)}; ${runs} ${runs === 1 ? 'run' : 'runs'} so far, ${skippedBecauseRunning} skipped because one was running, ${missed} missed`,
    paused ? 'next: none while it is paused' : `next: ${next.join(', ') || 'none'}`,
    ...(recent.length === 0
      ? ['no runs yet']
      : ['recent runs:', ...recent.map((run) => `  ${runLine(run)}`)]),
  ].join('\n');
}

function runLine({ scheduledAt, workflowId, status, result, reason }: ScheduledRun): string {
  const outcome =
    result === undefined
      ? (reason ?? '')
      : `${result.stored + result.degraded} generated, ${result.failed} failed, ${result.skipped} of ${result.planned} were stored before`;
  return `${scheduledAt}  ${status.toLowerCase()}  ${outcome === '' ? workflowId : `${outcome} (${workflowId})`}`;
}

async function lookUp(client: Client, action: ScheduleExecutionResult): Promise<ScheduledRun> {
  const { workflowId } = action.action.workflow;
  const handle = client.workflow.getHandle<ShowWorkflow>(workflowId);
  const run = {
    scheduledAt: action.scheduledAt.toISOString(),
    startedAt: action.takenAt.toISOString(),
    workflowId,
  };
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') return { ...run, status: status.name };
    return { ...run, status: status.name, ...(await outcomeOf(() => handle.result())) };
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return { ...run, status: 'GONE' };
    throw error;
  }
}

async function outcomeOf(
  result: () => Promise<ShowProgress>,
): Promise<Pick<ScheduledRun, 'result' | 'reason'>> {
  try {
    const { planned, skipped, stored, degraded, failed } = await result();
    return { result: { planned, skipped, stored, degraded, failed } };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
