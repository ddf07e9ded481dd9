/**
 * A run that the calendar starts. The server appends a timestamp to the id of every scheduled workflow, so this one does
 * nothing but start the show under the show's own id, and wait for it: an operator who looks for the show finds it there, and one
 * id is one run, however it is started. A show that was started by hand is waited for, and what that run leaves
 * missing is generated then. Cancelled or terminated, this one cancels the show that it has started.
 */
import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  continueAsNew,
  executeChild,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import { given } from '../domain/given.js';
import { type PregenerateShowInput, type ShowWorkflow, WORKFLOW_TYPES } from '../domain/messages.js';
import type { ShowProgress } from '../domain/progress.js';
import { showStartOptions } from '../domain/start-options.js';
import { showWorkflowId } from '../domain/workflow-ids.js';
import type { RunEnd, WorkflowOutcome } from '../domain/workflow-outcome.js';
import { PLAN_OPTIONS } from './activity-options.js';
import { childOutcome } from './child-outcome.js';

const { lookAtRun } = proxyActivities<PlanActivities>(PLAN_OPTIONS.lookAtRun);

/** What is running already may take minutes or a night: looked at with pauses that grow, 5 minutes at most. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 300_000;

/** Runs the show, or waits for the run in progress and then generates what is still missing. Returns the show's progress. */
export async function PregenerateScheduledShow(input: PregenerateShowInput): Promise<ShowProgress> {
  const workflowId = showWorkflowId(input);
  for (;;) {
    setCurrentDetails(`runs \`${workflowId}\``);
    const end = await childOutcome(runShow(input));
    if (end.ended !== 'running already') return resultOf(workflowId, end);
    setCurrentDetails(
      `\`${workflowId}\` was running already: waits for its end, then generates what it leaves missing`,
    );
    refuseIfStopped(workflowId, await endOfOther(input, workflowId));
  }
}

/** How the run in progress ends. Nothing of this one runs meanwhile, so it may continue as new at any time. */
async function endOfOther(input: PregenerateShowInput, workflowId: string): Promise<RunEnd> {
  let look = await lookAtRun({ workflowId });
  for (let pauseMs = FIRST_PAUSE_MS; look.status === 'running'; ) {
    if (workflowInfo().continueAsNewSuggested) return continueAsNew<ShowWorkflow>(input);
    await sleep(pauseMs, { summary: 'the show, running already' });
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    look = await lookAtRun({ workflowId, ...given({ runId: look.runId }) });
  }
  return look;
}

const runShow = (input: PregenerateShowInput): Promise<ShowProgress> =>
  executeChild<ShowWorkflow>(WORKFLOW_TYPES.show, {
    ...showStartOptions(input),
    args: [input],
    memo: { bundleKey: input.bundleKey },
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
  });

function resultOf(workflowId: string, end: WorkflowOutcome<ShowProgress>): ShowProgress {
  if (end.ended === 'completed') return end.result;
  throw ApplicationFailure.nonRetryable(`${workflowId} did not finish: ${end.reason}`);
}

/** An operator who stops a show does not want it started again a second later. One that failed may do better by its schedule. */
function refuseIfStopped(workflowId: string, { status }: RunEnd): void {
  if (status === 'cancelled' || status === 'terminated')
    throw ApplicationFailure.nonRetryable(
      `${workflowId}, which was running already, was stopped: it was ${status}`,
    );
}
