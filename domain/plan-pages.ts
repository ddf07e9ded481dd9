/**
 * A plan in pages: ordered so that no model is loaded twice, cut so that a page fits a payload with room to spare.
 */
import type { PlannedCue, PlanPage } from './progress.js';

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

/** Cuts cues into pages of at most {@link MAX_PAGE_BYTES}; a single cue larger than that has a page of its own. */
export function pagesOf(cues: readonly PlannedCue[]): PlanPage[] {
  const pages: PlannedCue[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const cue of cues) {
    const size = new TextEncoder().encode(JSON.stringify(cue)).length;
    if (bytes + size > MAX_PAGE_BYTES) {
      pages.push([]);
      bytes = 0;
    }
    pages.at(-1)?.push(cue);
    bytes += size;
  }
  return pages.map((page) => ({ cues: page }));
}
