/**
 * How the last run of a show ended, in words: counted by what the run was for, which may have been a part of the show, and
 * never called completed if something of it failed.
 */
import type { ShowProgress, VariantCounts } from '../domain/progress.js';

/** What a run that has ended was for, and what became of it. */
export interface RunCounts extends VariantCounts {
  readonly planned: number;
}

export interface LastRun {
  /** As Temporal has it: COMPLETED, FAILED, CANCELLED, … */
  readonly lastRun?: string;
  readonly lastRunCounts?: RunCounts;
  /** Why it failed without having counted anything. */
  readonly lastRunReason?: string;
}

export const runCounts = (progress: ShowProgress): RunCounts => {
  const { planned, stored, degraded, failed, cancelled, skipped } = progress;
  return { planned, stored, degraded, failed, cancelled, skipped };
};

/** `completed`, `failed, of 5 variants 5 failed`; undefined if there was no run. `variants`: of the whole show. */
export function describeLastRun(last: LastRun, variants: number): string | undefined {
  const { lastRun, lastRunCounts: counts, lastRunReason: reason } = last;
  if (lastRun === undefined) return undefined;
  const ended = lastRun === 'COMPLETED' && (counts?.failed ?? 0) > 0 ? 'ended' : lastRun.toLowerCase();
  if (counts === undefined) return reason === undefined ? ended : `${ended}, because ${reason}`;
  const outcome = outcomeOf(counts, variants);
  return outcome === '' ? ended : `${ended}; of its ${counts.planned} variants ${outcome}`;
}

/** Nothing if all of the show was made. */
function outcomeOf({ planned, failed, cancelled, ...made }: RunCounts, variants: number): string {
  if (planned === variants && failed === 0 && cancelled === 0) return '';
  return [
    `${made.skipped + made.stored + made.degraded} are stored`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} were cancelled`] : []),
  ].join(', ');
}

/** Whether it ended without having done what it was for, and nobody stopped it. */
export const hasFailed = ({ lastRun }: LastRun): boolean => lastRun === 'FAILED' || lastRun === 'TIMED_OUT';
