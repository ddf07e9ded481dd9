/**
 * The messages by which a running show is asked and steered. Handlers only note what is wanted; the show's own loop
 * acts on it, so no handler is ever unfinished when the show continues as new.
 */
import { setHandler } from '@temporalio/workflow';
import {
  acceptChangesUpdate,
  cueFailuresSignal,
  cueTailSignal,
  MAX_WINDOW,
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  retryFailedUpdate,
  setWindowUpdate,
  showProgressQuery,
} from '../domain/messages.js';
import type { ShowLedger } from './show-ledger.js';

export function answerMessages(ledger: ShowLedger): void {
  setHandler(showProgressQuery, () => ledger.progress());
  setHandler(pauseUpdate, () => ledger.pause());
  setHandler(resumeUpdate, () => ledger.resume());
  setHandler(pauseCueUpdate, ({ cueId }) => ledger.pauseCue(cueId));
  setHandler(resumeCueUpdate, ({ cueId }) => ledger.resumeCue(cueId));
  setHandler(setWindowUpdate, (window) => ledger.setWindow(window), { validator: checkWindow });
  setHandler(retryFailedUpdate, () => ledger.retryFailed());
  setHandler(acceptChangesUpdate, ({ bundleKey }) => ledger.acceptChanges(bundleKey));
  setHandler(cueFailuresSignal, ({ failed, ...cue }) => ledger.noteFailures(cue, failed));
  setHandler(cueTailSignal, ({ inFlight, ...cue }) => ledger.reachTail(cue, inFlight));
}

/** Throws unless `window` is a number of variants that a show can have in flight. */
export function checkWindow(window: number): void {
  if (!Number.isInteger(window) || window < 1 || window > MAX_WINDOW)
    throw new Error(`the window must be a whole number from 1 to ${MAX_WINDOW}, got ${window}`);
}
