/**
 * A whole show: plans it, then runs the pages of the plan, so many at once as fill its window of variants. Before it ends, its
 * counts have to add up to its plan. It continues as new only when nothing of it runs. Cancelled, it cancels its pages
 * and waits until they have stopped; terminated, the server cancels them.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import { describeFailure } from '../domain/failure-text.js';
import { FAILURE_TYPES } from '../domain/failure-types.js';
import {
  type PregenerateShowInput,
  pageReportSignal,
  type ShowWorkflow,
  showProgressQuery,
} from '../domain/messages.js';
import type { ShowPlan, ShowProgress } from '../domain/progress.js';
import { PREGEN_STATUS, type VariantStatus } from '../domain/search-attributes.js';
import { PLAN_OPTIONS } from './activity-options.js';
import { cancellationBehind } from './cancelled.js';
import { continuationOf, failedInRun, nextEdition, sameAgain } from './next-round.js';
import { describeShow } from './progress-text.js';
import { publishManifest, publishWhenCancelled } from './publish-manifest.js';
import { ShowLedger } from './show-ledger.js';
import { type Round, ShowRun } from './show-run.js';
import { answerMessages, checkWindow } from './show-steering.js';

const { planShow } = proxyActivities<PlanActivities>(PLAN_OPTIONS.planShow);

/** Generates what a show's selection names, everything that is not stored yet unless it says otherwise. */
export async function PregenerateShow(started: PregenerateShowInput): Promise<ShowProgress> {
  const { firstExecutionRunId: runId } = workflowInfo();
  const ledger = new ShowLedger(started);
  const run = new ShowRun(ledger);
  const progress = () => ({ ...ledger.progress(), runId });
  let input = started;
  setHandler(showProgressQuery, progress);
  setHandler(pageReportSignal, (report) => run.hear(report));
  answerMessages(ledger, () => input);
  /** Returns the plan that is left if the execution has become too long for it. */
  const runRounds = async (): Promise<ShowPlan | undefined> => {
    for (let isRetry = false; ; ) {
      const plan = ledger.plan ?? (await planAnew(input, ledger, isRetry));
      if ((await runPages(run, { input, plan })) === 'long') return plan;
      await condition(allHandlersFinished);
      const next = nextInput(input, ledger) ?? (await publishedUnlessMore(input, ledger));
      if (next === undefined) return undefined;
      isRetry = next === input;
      input = next;
      ledger.endRound();
    }
  };
  const rest = await runRounds().catch(async (error: unknown) => {
    if (isCancellation(error)) await publishWhenCancelled(input.bundleKey);
    throw error;
  });
  if (rest !== undefined) return rollOver(input, rest, ledger);
  ledger.finish();
  setCurrentDetails(describeShow(progress(), Date.now()));
  writeStatus(ledger.status());
  refuseIfAllFailed(progress());
  return progress();
}

/** What is planned next: the same input for what failed, another one for another edition, none if the run is through. */
function nextInput(input: PregenerateShowInput, ledger: ShowLedger): PregenerateShowInput | undefined {
  const { nextRound, failed } = ledger;
  const continuation = continuationOf(nextRound, failed);
  if (continuation === 'retry') return input;
  if (continuation === 'edition') {
    const bundleKey = nextRound.bundleKey ?? input.bundleKey;
    upsertMemo({ bundleKey });
    return nextEdition(input, bundleKey, ledger.progress());
  }
  if (ledger.missing === 0) return undefined;
  log.error('The counts do not add up to the plan; it is planned once more', { ...ledger.progress() });
  if (ledger.recount()) return sameAgain(input);
  throw ApplicationFailure.nonRetryable(
    `of ${ledger.progress().planned} planned variants, nothing is known of ${ledger.missing}, although they were planned twice; "show audit" finds which are missing`,
    FAILURE_TYPES.countsDiffer,
  );
}

/** The manifest of a run that is through; what is planned next if an operator has asked for more while it was written. */
async function publishedUnlessMore(
  input: PregenerateShowInput,
  ledger: ShowLedger,
): Promise<PregenerateShowInput | undefined> {
  await publishManifest(input.bundleKey);
  await condition(allHandlersFinished);
  return nextInput(input, ledger);
}

/** A show that cannot be planned fails with the plan's own words; they name every problem. */
async function planAnew(
  input: PregenerateShowInput,
  ledger: ShowLedger,
  isRetry: boolean,
): Promise<ShowPlan> {
  const { bundleKey, project, version } = input;
  const { firstExecutionRunId } = workflowInfo();
  const selection = isRetry ? failedInRun(input.selection, firstExecutionRunId) : input.selection;
  try {
    checkWindow(input.window);
    const known = isRetry ? undefined : input.plan;
    const plan = known ?? (await planShow({ bundleKey, ...(selection && { selection }) }));
    ledger.begin(plan, isRetry ? 'retry' : 'whole', new Date().toISOString());
    return plan;
  } catch (error) {
    const cancellation = cancellationBehind(error);
    if (cancellation !== undefined) throw cancellation;
    writeStatus('failed');
    throw ApplicationFailure.nonRetryable(
      `show ${project}, version ${version}, could not be planned: ${describeFailure(error)}`,
      FAILURE_TYPES.invalidRequest,
    );
  }
}

/** When it is cancelled, or fails for a reason of its own, no page is left running behind it. */
async function runPages(run: ShowRun, round: Round): Promise<'done' | 'long'> {
  const scope = new CancellationScope();
  try {
    return await scope.run(() => run.untilDoneOrLong(round));
  } catch (error) {
    scope.cancel();
    await run.settled();
    throw error;
  }
}

/** Nothing runs by now, so nothing is handed over but what is written down. A cancellation that came meanwhile is thrown by `condition`. */
async function rollOver(input: PregenerateShowInput, plan: ShowPlan, ledger: ShowLedger): Promise<never> {
  await condition(allHandlersFinished);
  return continueAsNew<ShowWorkflow>({ ...input, state: ledger.state(plan) });
}

/** A run that has stored nothing of what it tried is no completed one. */
function refuseIfAllFailed(progress: ShowProgress): void {
  const { stored, degraded, failed, failures } = progress;
  if (failed === 0 || stored + degraded > 0) return;
  throw ApplicationFailure.nonRetryable(
    `all ${failed} variants failed, the last because ${failures.at(-1)?.reason}`,
    FAILURE_TYPES.allFailed,
    progress,
  );
}

const writeStatus = (status: VariantStatus): void =>
  upsertSearchAttributes([{ key: PREGEN_STATUS, value: status }]);
