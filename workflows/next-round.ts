/**
 * What a show is planned from when it goes round once more. What failed is simply not stored, so planning the same
 * selection again finds it; only a run that replaces stored images has to ask which of them failed.
 */
import type { PregenerateShowInput } from '../domain/messages.js';
import { EVERYTHING_MISSING, type ShowSelection } from '../domain/show-selection.js';
import type { ShowLedger } from './show-ledger.js';

/** The input of the next round; `ledger` is still that of the round that has ended. */
export function nextRoundInput(input: PregenerateShowInput, ledger: ShowLedger): PregenerateShowInput {
  const { state: _past, plan, ...rest } = input;
  const bundleKey = ledger.nextRound.bundleKey ?? input.bundleKey;
  const selection =
    plan === undefined ? nextSelection(input.selection ?? EVERYTHING_MISSING, ledger) : afterPlan(ledger);
  return { ...rest, bundleKey, selection };
}

/** A plan that was brought along is done; of a repair, what failed may look stored. */
const afterPlan = ({ nextRound, startedAt }: ShowLedger): ShowSelection =>
  nextRound.bundleKey !== undefined || startedAt === undefined
    ? EVERYTHING_MISSING
    : { mode: 'failed', failedSince: startedAt };

function nextSelection(selection: ShowSelection, ledger: ShowLedger): ShowSelection {
  const { nextRound, startedAt } = ledger;
  const again = selection.limit === undefined ? selection : { ...selection, limit: notStored(ledger) };
  if (selection.mode !== 'force' || nextRound.bundleKey !== undefined || startedAt === undefined)
    return again;
  return { ...again, mode: 'failed', failedSince: startedAt };
}

/** Of what the run was to generate. The plan's order is the same again, so the first so many missing are these. */
function notStored(ledger: ShowLedger): number {
  const { planned, skipped, stored, degraded } = ledger.progress();
  return planned - skipped - stored - degraded;
}
