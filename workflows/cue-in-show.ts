/**
 * One cue on behalf of a show: started as a child, or found running, or taken over from the execution before this
 * one. Whichever way it ends, the show gets its counts; what nobody can say any more is looked up in the store.
 */
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  proxyActivities,
  startChild,
} from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import { type CueWorkflow, cueWindowSignal, WORKFLOW_TYPES } from '../domain/messages.js';
import type { Patience } from '../domain/patience.js';
import type { CueProgress, PlannedCue } from '../domain/progress.js';
import { cueStartOptions } from '../domain/start-options.js';
import { cueWorkflowId } from '../domain/workflow-ids.js';
import type { WorkflowOutcome } from '../domain/workflow-outcome.js';
import { PLAN_OPTIONS } from './activity-options.js';
import { cancellationBehind } from './cancelled.js';
import { endOf } from './child-end.js';
import type { CueRecord, ShowLedger } from './show-ledger.js';

const { awaitCue } = proxyActivities<PlanActivities>(PLAN_OPTIONS.awaitCue);
const { recheckCue } = proxyActivities<PlanActivities>(PLAN_OPTIONS.recheckCue);

/** A cue that a show has in flight, and what is needed to see it through. */
export interface CueJob {
  readonly show: { readonly project: string; readonly version: string };
  readonly cue: CueRecord;
  /** The cue as planned, read again from the plan where it is not at hand. */
  readonly planned: () => Promise<PlannedCue>;
  readonly ledger: ShowLedger;
  readonly patience: Patience;
  /** The cue tells of each failure at once. */
  readonly reportFailures: boolean;
  /** The server has confirmed the start: from here on the cue outlives the show's execution. */
  readonly onStarted: () => void;
}

/** Runs a cue to its end and counts it; a cue that is running already is somebody else's, and steered all the same. */
export async function runCue(job: CueJob): Promise<void> {
  const planned = await job.planned();
  const end = await endOf(startCue(planned, job));
  if (end.ended !== 'running already') return settle(job, end);
  job.cue.foreign = true;
  // A show that was terminated while paused has left its cues with a window of 0: nobody else would open it again.
  tellWindow(job.show, job.cue, job.ledger.nextOrder());
  await adoptCue(job);
}

/** Waits for a cue that this execution did not start, to its end, and counts it. */
export async function adoptCue(job: CueJob): Promise<void> {
  job.onStarted();
  const workflowId = workflowIdOf(job);
  try {
    const end = await awaitCue(workflowId);
    await (job.cue.foreign ? generateTheRest(job) : settle(job, end));
  } catch (error) {
    const cancellation = cancellationBehind(error);
    if (cancellation !== undefined && !job.cue.foreign) await cancelAndAwait(workflowId);
    throw cancellation ?? error;
  }
}

/** Tells a running cue how many variants it may have in flight. A cue that has just ended needs no telling. */
export function tellWindow(show: CueJob['show'], cue: CueRecord, order: number): void {
  getExternalWorkflowHandle(cueWorkflowId({ ...show, cueId: cue.cueId }))
    .signal(cueWindowSignal, { window: cue.granted, order })
    .catch(() => undefined);
}

async function startCue(
  planned: PlannedCue,
  { show, cue, ledger, patience, reportFailures, onStarted }: CueJob,
): Promise<CueProgress> {
  const { granted: window, run } = cue;
  const child = await startChild<CueWorkflow>(WORKFLOW_TYPES.cue, {
    ...cueStartOptions(planned.task),
    args: [{ ...planned, window, windowOrder: run, run, patience, reportFailures }],
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Outlives this execution when the show continues as new; the next one adopts it.
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
  onStarted();
  // What it was told before it was there has not reached it.
  if (cue.granted !== window) tellWindow(show, cue, ledger.nextOrder());
  return child.result();
}

/** Somebody else ran this cue, perhaps with other variants: generates what is still missing. */
async function generateTheRest(job: CueJob): Promise<void> {
  const missing = await countStored(job);
  job.cue.foreign = false;
  if (missing.variantIds.length > 0) await runCue({ ...job, planned: () => Promise.resolve(missing) });
}

async function settle(job: CueJob, end: WorkflowOutcome<CueProgress>): Promise<void> {
  if (end.ended === 'completed') return job.ledger.countCue(end.result);
  const missing = await countStored(job);
  job.ledger.countFailed(job.cue.cueId, missing.variantIds, `its cue ended early: ${end.reason}`);
}

/** Counts what is in the store by now; returns the rest. */
async function countStored({ planned, ledger }: CueJob): Promise<PlannedCue> {
  const wanted = await planned();
  const missing = await recheckCue(wanted);
  ledger.countStored(wanted.variantIds.length - missing.variantIds.length);
  return missing;
}

/** An adopted cue is no child any more: it has to be cancelled by name. */
async function cancelAndAwait(workflowId: string): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    await getExternalWorkflowHandle(workflowId)
      .cancel()
      .catch(() => undefined);
    await awaitCue(workflowId);
  });
}

const workflowIdOf = ({ show, cue }: CueJob): string => cueWorkflowId({ ...show, cueId: cue.cueId });
