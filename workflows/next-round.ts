/**
 * Why a show is planned once more, and from what: another edition of it was brought, what failed is to be generated again, or
 * its counts do not add up.
 */
import { given } from '../domain/given.js';
import type { PregenerateShowInput } from '../domain/messages.js';
import type { ShowProgress } from '../domain/progress.js';
import { EVERYTHING_MISSING, type ShowSelection } from '../domain/show-selection.js';
import type { NextRound } from '../domain/show-state.js';

/** The input of another edition; what the run has stored by then uses up a limit. */
export function nextEdition(
  { plan: _past, state: _known, ...input }: PregenerateShowInput,
  bundleKey: string,
  { stored, degraded }: Pick<ShowProgress, 'stored' | 'degraded'>,
): PregenerateShowInput {
  const { selection } = input;
  if (selection?.limit === undefined) return { ...input, bundleKey };
  const limit = Math.max(0, selection.limit - stored - degraded);
  return { ...input, bundleKey, selection: { ...selection, limit } };
}

/** The same show once more, for whatever the store does not have of it. */
export function sameAgain({
  plan: _past,
  state: _known,
  ...input
}: PregenerateShowInput): PregenerateShowInput {
  const { failedIn: _run, ...selection } = input.selection ?? EVERYTHING_MISSING;
  return { ...input, selection: { ...selection, mode: 'missing' } };
}

/** Of what was selected, what failed in this run. */
export function failedInRun(selection: ShowSelection | undefined, showRunId: string): ShowSelection {
  const { cues, programs } = selection ?? EVERYTHING_MISSING;
  return {
    mode: 'failed',
    failedIn: showRunId,
    ...given({ cues, programs }),
  };
}

/** What a show does when its plan is through. */
export type Continuation = 'edition' | 'retry' | 'end';

export function continuationOf({ bundleKey, retry }: NextRound, failed: number): Continuation {
  if (bundleKey !== undefined) return 'edition';
  return retry && failed > 0 ? 'retry' : 'end';
}
