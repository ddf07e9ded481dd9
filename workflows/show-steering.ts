/**
 * The messages by which a running show is asked and steered. Handlers only note what is wanted; the show's own loop acts on
 * it. Those that name a cue look first whether the show has anything to do with it.
 */
import { ApplicationFailure, proxyActivities, setHandler } from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import { FAILURE_TYPES } from '../domain/failure-types.js';
import {
  acceptChangesUpdate,
  cancelPartUpdate,
  type PregenerateShowInput,
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  retryFailedUpdate,
  setWindowUpdate,
} from '../domain/messages.js';
import type { CuePart } from '../domain/progress.js';
import { MAX_WINDOW } from '../domain/window.js';
import { PLAN_OPTIONS } from './activity-options.js';
import type { ShowLedger } from './show-ledger.js';

const { refusalOfPart } = proxyActivities<PlanActivities>(PLAN_OPTIONS.refusalOfPart);

/** @param round what the show is planned from just now */
export function answerMessages(ledger: ShowLedger, round: () => PregenerateShowInput): void {
  const checked =
    <Part extends CuePart>(act: (part: Part) => void) =>
    async (part: Part): Promise<void> => {
      await refuseUnknown(round(), part);
      act(part);
    };
  setHandler(pauseUpdate, () => ledger.pause());
  setHandler(resumeUpdate, () => ledger.resume());
  setHandler(
    pauseCueUpdate,
    checked(({ cueId }) => ledger.pauseCue(cueId)),
  );
  setHandler(
    resumeCueUpdate,
    checked(({ cueId }) => ledger.resumeCue(cueId)),
  );
  setHandler(
    cancelPartUpdate,
    checked((part) => ledger.cancel(part)),
  );
  setHandler(setWindowUpdate, (window) => ledger.setWindow(window), { validator: checkWindow });
  setHandler(retryFailedUpdate, () => ledger.retryFailed());
  setHandler(acceptChangesUpdate, ({ bundleKey }) => ledger.acceptChanges(bundleKey));
}

/** Throws unless the run has something to do with the part. */
async function refuseUnknown({ bundleKey, selection }: PregenerateShowInput, part: CuePart): Promise<void> {
  const refusal = await refusalOfPart({ bundleKey, part, ...(selection && { selection }) });
  if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal, FAILURE_TYPES.invalidRequest);
}

/** Throws unless `window` is a number of variants that a show can have in flight. */
export function checkWindow(window: number): void {
  if (!Number.isInteger(window) || window < 1 || window > MAX_WINDOW)
    throw new Error(`the window must be a whole number from 1 to ${MAX_WINDOW}, got ${window}`);
}
