/**
 * The variants of one cue, a window of them at a time. A variant that fails, or is cancelled or terminated by
 * somebody, is counted with its reason and frees its slot; the cue itself completes and says so. Terminating a cue
 * cancels its variants, which then leave nothing behind.
 */
import {
  ChildWorkflowCancellationType,
  continueAsNew,
  executeChild,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import {
  type CueSpeaker,
  type CueWorkflow,
  cueFailuresSignal,
  cueProgressQuery,
  cueTailSignal,
  cueWindowSignal,
  type PregenerateCueInput,
  type VariantWorkflow,
  WORKFLOW_TYPES,
} from '../domain/messages.js';
import type { CueProgress, VariantResult } from '../domain/progress.js';
import { PREGEN_STATUS } from '../domain/search-attributes.js';
import { requestVariant } from '../domain/show-plan.js';
import { variantStartOptions } from '../domain/start-options.js';
import type { WorkflowOutcome } from '../domain/workflow-outcome.js';
import { PLAN_OPTIONS } from './activity-options.js';
import { endOf } from './child-end.js';
import { CueTally } from './cue-tally.js';
import { isHistoryFull } from './history-room.js';
import { InFlight } from './in-flight.js';
import { describeCue } from './progress-text.js';

const { awaitVariant } = proxyActivities<PlanActivities>(PLAN_OPTIONS.awaitVariant);

/** Generates the listed variants of a cue. */
export async function PregenerateCue(input: PregenerateCueInput): Promise<CueProgress> {
  const tally = new CueTally(input);
  const variants = new InFlight();
  const waiting = [...input.variantIds];
  let { window, windowOrder = 0 } = input;
  const progress = () => tally.progress(variants.keys().map(Number));
  const tellPeople = () => setCurrentDetails(describeCue(input.task, progress()));
  setHandler(cueProgressQuery, progress);
  setHandler(cueWindowSignal, (told) => {
    if (told.order > windowOrder) ({ window, order: windowOrder } = told);
  });

  const speaker = { cueId: input.task.cueId, run: input.run ?? 0 };
  const tail = tailReporter(speaker);
  const reportFailures = failureReporter(speaker);
  const runVariant = async (variantId: number): Promise<void> => {
    tally.count(variantId, await generateVariant(input, variantId));
    if (input.reportFailures === true) reportFailures(tally.failed);
  };
  try {
    while (waiting.length > 0 && !isHistoryFull(variants.size)) {
      await variants.until(() => variants.size < window);
      const variantId = waiting.shift();
      if (variantId === undefined) break;
      variants.run(String(variantId), () => runVariant(variantId));
      tellPeople();
    }
    await drain(variants, () => {
      tellPeople();
      if (waiting.length === 0) tail(variants.size);
    });
  } finally {
    await variants.settled();
  }
  if (waiting.length > 0)
    return rollOver({ ...input, variantIds: waiting, window, windowOrder, done: progress() });
  upsertSearchAttributes([{ key: PREGEN_STATUS, value: tally.status() }]);
  return progress();
}

/** One variant as a child; one that is running already, started by hand, is waited for instead. */
async function generateVariant(
  { task, partial, patience }: PregenerateCueInput,
  variantId: number,
): Promise<WorkflowOutcome<VariantResult>> {
  const request = requestVariant(task, variantId);
  const options = variantStartOptions(request);
  const end = await endOf(
    executeChild<VariantWorkflow>(WORKFLOW_TYPES.variant, {
      ...options,
      args: [{ request, replaces: partial.includes(variantId), patience }],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    }),
  );
  return end.ended === 'running already' ? awaitVariant(options.workflowId) : end;
}

/** Waits for the last variants, calling `onChange` at first and whenever one has left. */
async function drain(variants: InFlight, onChange: () => void): Promise<void> {
  for (let size = variants.size; size > 0; size = variants.size) {
    onChange();
    await variants.until(() => variants.size < size);
  }
  onChange();
}

/**
 * Tells the show, once, when half of the cue's slots have become free for good, so that the next cue starts before
 * this one has ended: one message a cue keeps the device busy at half a window or more.
 */
function tailReporter(speaker: CueSpeaker): (inFlight: number) => void {
  const { parent } = workflowInfo();
  let held: number | undefined;
  return (inFlight) => {
    held ??= inFlight;
    // A single freed slot is not worth a message.
    if (parent === undefined || inFlight === 0 || inFlight > held / 2 || held - inFlight < 2) return;
    held = 0;
    // A show that has ended needs no report.
    getExternalWorkflowHandle(parent.workflowId)
      .signal(cueTailSignal, { ...speaker, inFlight })
      .catch(() => undefined);
  };
}

/** Tells the show, once a failure, so that its budget stops it before the whole cue is burnt. */
function failureReporter(speaker: CueSpeaker): (failed: number) => void {
  const { parent } = workflowInfo();
  let told = 0;
  return (failed) => {
    if (parent === undefined || failed === told) return;
    told = failed;
    // A show that has ended needs no report.
    getExternalWorkflowHandle(parent.workflowId)
      .signal(cueFailuresSignal, { ...speaker, failed })
      .catch(() => undefined);
  };
}

/** Thousands of variants do not fit one history: goes on in a new one, after the variants in flight have ended. */
const rollOver = (input: PregenerateCueInput): Promise<never> => continueAsNew<CueWorkflow>(input);
