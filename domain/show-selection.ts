/**
 * Which part of a show a run generates: some cues, some programs, the missing, the failed or all of it again. A
 * selection that selects nothing is refused, because it is a typing mistake and not a wish.
 */
import type { ModelDigests } from './fingerprint.js';
import type { PlannedCue } from './plan-pages.js';
import { type Problem, refuseIfAny } from './problems.js';
import type { CueTask } from './show-plan.js';
import { someOf } from './some-of.js';

/**
 * `missing`: what is not stored. `failed`: what failed when it was last tried. `stale`: what is stored and no longer what the
 * show asks for. `force`: everything, stored or not. What was rejected is never selected.
 */
export type SelectionMode = 'missing' | 'failed' | 'stale' | 'force';

export interface ShowSelection {
  readonly mode: SelectionMode;
  /** Only these cue ids. */
  readonly cues?: readonly string[];
  /** Only cues of these programs. */
  readonly programs?: readonly string[];
  /** At most so many variants, the first in the order of the plan. */
  readonly limit?: number;
  /** With `failed`: only what failed in this run of the show. */
  readonly failedIn?: string;
  /** With `stale`: SHA-256 (hex) of the models' files by profile, where the client that starts the run knows them. */
  readonly modelDigests?: ModelDigests;
}

export const EVERYTHING_MISSING: ShowSelection = { mode: 'missing' };

/** The cues of a selection. Throws an InvalidInputError naming every cue and program that the show does not have. */
export function selectTasks(tasks: readonly CueTask[], selection: ShowSelection): CueTask[] {
  const { cues, programs } = selection;
  const problems = [
    ...unknown('only', 'cue', cues, new Set(tasks.map(({ cueId }) => cueId))),
    ...unknown('program', 'program', programs, new Set(tasks.map(({ settings }) => settings.program))),
  ];
  refuseIfAny('selection', problems);
  const selected = tasks.filter(
    ({ cueId, settings }) =>
      (cues === undefined || cues.includes(cueId)) &&
      (programs === undefined || programs.includes(settings.program)),
  );
  if (selected.length === 0)
    refuseIfAny('selection', [
      { where: 'only and program', message: 'none of these cues is of one of these programs' },
    ]);
  return selected;
}

/** The first `limit` variants of planned cues. */
export function limitVariants(cues: readonly PlannedCue[], limit: number | undefined): PlannedCue[] {
  let left = limit ?? Number.POSITIVE_INFINITY;
  return cues.flatMap((cue) => {
    const variantIds = cue.variantIds.slice(0, Math.max(0, left));
    left -= variantIds.length;
    const chosen = new Set(variantIds);
    const replace = cue.replace.filter((id) => chosen.has(id));
    return variantIds.length === 0 ? [] : [{ ...cue, variantIds, replace }];
  });
}

function unknown(
  where: string,
  noun: string,
  given: readonly string[] | undefined,
  known: ReadonlySet<string>,
): Problem[] {
  return (given ?? [])
    .filter((name) => !known.has(name))
    .map((name) => ({
      where,
      message: `the show has no ${noun} "${name}" that produces images, expected one of: ${someOf(known)}`,
    }));
}
