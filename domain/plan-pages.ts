/**
 * A plan in pages: ordered so that no model is loaded twice, cut so that a page is one execution's work: its variants fit
 * into one history, and its text into a payload, with room to spare.
 */
import type { CueTask } from './show-plan.js';

/** A cue with the variants of it that are to be generated. */
export interface PlannedCue {
  readonly task: CueTask;
  readonly variantIds: readonly number[];
  /** Of these, the ones that are generated even if they are stored. */
  readonly replace: readonly number[];
}

export interface PlanPage {
  readonly cues: readonly PlannedCue[];
}

/** A planned cue as its page finds it when it begins. */
export interface OpenedCue {
  readonly task: CueTask;
  /** Still to be generated. */
  readonly variantIds: readonly number[];
  /** Of these, the ones that are generated even if they are stored. */
  readonly replace: readonly number[];
  /** Of these, the ones of which some object is stored: their timing.json is withdrawn before anything is written. */
  readonly partial: readonly number[];
  /** Seeds of the chosen takes, by variant; the others have their own. */
  readonly seeds?: Readonly<Record<number, number>>;
}

/** A page that begins: what the store has by then is left out. */
export interface OpenedPage {
  readonly cues: readonly OpenedCue[];
  /** How many variants were found stored. */
  readonly skipped: number;
}

/** At nine events a variant and two workflow tasks, two thirds of the 4,096 events that are good for a history. */
export const PAGE_VARIANTS = 250;

/** A tenth of the 2 MB that a payload may have, and below the size from which the server warns (256 KB). */
const MAX_PAGE_BYTES = 200_000;

/** Groups cues by model, models in order of their first cue; within a model the order of the cue sheet stays. */
export function orderByModel(cues: readonly PlannedCue[]): PlannedCue[] {
  const byModel = new Map<string, PlannedCue[]>();
  for (const cue of [...cues].sort((a, b) => a.task.index - b.task.index)) {
    const { name } = cue.task.settings.model;
    const cuesOfModel = byModel.get(name);
    if (cuesOfModel === undefined) byModel.set(name, [cue]);
    else cuesOfModel.push(cue);
  }
  return [...byModel.values()].flat();
}

/** Cuts cues into pages of at most `pageVariants` variants and {@link MAX_PAGE_BYTES}; one task larger than that has a page of its own. */
export function pagesOf(cues: readonly PlannedCue[], pageVariants = PAGE_VARIANTS): PlanPage[] {
  const pages: PlannedCue[][] = [];
  let [variants, bytes] = [0, Number.POSITIVE_INFINITY];
  for (const cue of cues) {
    for (let rest = cue; rest.variantIds.length > 0; ) {
      const size = new TextEncoder().encode(JSON.stringify(rest.task)).length;
      if (variants === pageVariants || bytes + size > MAX_PAGE_BYTES) {
        pages.push([]);
        [variants, bytes] = [0, 0];
      }
      const [head, tail] = splitCue(rest, pageVariants - variants);
      pages.at(-1)?.push(head);
      variants += head.variantIds.length;
      // An id takes up to seven digits and a comma, in two lists at most.
      bytes += size + head.variantIds.length * 16;
      rest = tail;
    }
  }
  return pages.map((page) => ({ cues: page }));
}

/** The first `count` variants of a cue, and the others. */
function splitCue({ task, variantIds, replace }: PlannedCue, count: number): [PlannedCue, PlannedCue] {
  if (variantIds.length <= count)
    return [
      { task, variantIds, replace },
      { task, variantIds: [], replace: [] },
    ];
  const part = (ids: readonly number[]): PlannedCue => {
    const chosen = new Set(ids);
    return { task, variantIds: ids, replace: replace.filter((id) => chosen.has(id)) };
  };
  return [part(variantIds.slice(0, count)), part(variantIds.slice(count))];
}
