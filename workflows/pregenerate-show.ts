/**
 * A whole show: plans it, then keeps enough cues in flight to fill a window of variants. It continues as new within
 * history limits without draining: cues outlive the execution that started them, and the next one adopts them, so
 * that the device never waits for bookkeeping. Cancelling the show cancels its cues and waits until they have stopped.
 */
import {
  ApplicationFailure,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import { describeFailure } from '../domain/failure-text.js';
import { FAILURE_TYPES } from '../domain/failure-types.js';
import type { PregenerateShowInput, ShowWorkflow } from '../domain/messages.js';
import type { ShowPlan, ShowProgress } from '../domain/progress.js';
import { PREGEN_STATUS, type VariantStatus } from '../domain/search-attributes.js';
import { PLAN_OPTIONS } from './activity-options.js';
import { cancellationBehind } from './cancelled.js';
import { nextRoundInput } from './next-round.js';
import { describeShow } from './progress-text.js';
import { ShowLedger } from './show-ledger.js';
import { ShowRun } from './show-run.js';
import { answerMessages, checkWindow } from './show-steering.js';

const { planShow } = proxyActivities<PlanActivities>(PLAN_OPTIONS.planShow);

/** Generates what a show's selection names, everything that is not stored yet unless it says otherwise. */
export async function PregenerateShow(input: PregenerateShowInput): Promise<ShowProgress> {
  const ledger = new ShowLedger(input);
  answerMessages(ledger);
  for (let round = input; ; round = beginNextRound(round, ledger)) {
    const plan = ledger.plan ?? (await planAnew(round, ledger));
    const run = new ShowRun(round, ledger, plan);
    if ((await untilDoneOrLong(run)) === 'long') {
      await run.untilReadyToRollOver();
      return continueAsNew<ShowWorkflow>({ ...round, state: ledger.state(plan) });
    }
    if (!isAnotherRoundWanted(ledger)) break;
  }
  ledger.finish();
  setCurrentDetails(describeShow(ledger.progress(), Date.now()));
  writeStatus(ledger.status());
  return ledger.progress();
}

const isAnotherRoundWanted = ({ nextRound }: ShowLedger): boolean =>
  nextRound.retry || nextRound.bundleKey !== undefined;

/** The same show with what people have wanted meanwhile. */
function beginNextRound(input: PregenerateShowInput, ledger: ShowLedger): PregenerateShowInput {
  const next = nextRoundInput(input, ledger);
  if (next.bundleKey !== input.bundleKey) upsertMemo({ bundleKey: next.bundleKey });
  ledger.beginRound();
  return next;
}

/** A show that cannot be planned fails with the plan's own words; they name every problem. */
async function planAnew(input: PregenerateShowInput, ledger: ShowLedger): Promise<ShowPlan> {
  try {
    checkWindow(input.window);
    const { bundleKey, selection } = input;
    const plan =
      input.plan ?? (await planShow({ bundleKey, ...(selection === undefined ? {} : { selection }) }));
    ledger.begin(plan, new Date().toISOString());
    return plan;
  } catch (error) {
    const cancellation = cancellationBehind(error);
    if (cancellation !== undefined) throw cancellation;
    writeStatus('failed');
    throw ApplicationFailure.nonRetryable(
      `show ${input.project}, version ${input.version}, could not be planned: ${describeFailure(error)}`,
      FAILURE_TYPES.invalidRequest,
    );
  }
}

/** When it is cancelled, or fails for a reason of its own, no cue is left running behind it. */
async function untilDoneOrLong(run: ShowRun): Promise<'done' | 'long'> {
  try {
    return await run.untilDoneOrLong();
  } catch (error) {
    await run.settled();
    throw error;
  }
}

const writeStatus = (status: VariantStatus): void =>
  upsertSearchAttributes([{ key: PREGEN_STATUS, value: status }]);
