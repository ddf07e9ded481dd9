/**
 * Which cues and variants a filter leaves, in the order of the show, and how to get from one to the next.
 */
import { type CueEntry, stateOf, type VariantEntry, type VariantState } from '../../show-index.js';
import { programOf } from './filter.js';
import type { VariantRef } from './route.js';

/** A cue, and what a filter leaves of it. */
export interface Column {
  readonly cue: CueEntry;
  readonly variants: readonly VariantEntry[];
}

/** Programs in use, sorted. */
export const programsOf = (cues: readonly CueEntry[]): string[] =>
  [...new Set(cues.map(programOf))].filter((program) => program !== '').sort();

/** How many variants are in each state. */
export function countStates(cues: readonly CueEntry[]): Map<VariantState, number> {
  const counts = new Map<VariantState, number>();
  for (const { variants } of cues)
    for (const variant of variants) counts.set(stateOf(variant), (counts.get(stateOf(variant)) ?? 0) + 1);
  return counts;
}

export type Direction = 'previous-cue' | 'next-cue' | 'previous-variant' | 'next-variant';

/** Where a step leads among the variants of one cue; from one that a filter hides, to its neighbour among the others. */
export function variantBeside(
  variants: readonly VariantEntry[],
  { cueId, variantId }: VariantRef,
  by: 1 | -1,
): VariantRef | undefined {
  const found =
    by === 1 ? variants.find(([id]) => id > variantId) : variants.findLast(([id]) => id < variantId);
  return found === undefined ? undefined : { cueId, variantId: found[0] };
}

/** The cue before or after one, among those that a filter leaves. */
export function cueBeside(
  cues: readonly CueEntry[],
  columns: readonly Column[],
  cueId: string,
  by: 1 | -1,
): Column | undefined {
  const places = new Map(cues.map((cue, index) => [cue.cueId, index]));
  const here = places.get(cueId) ?? -1;
  const placeOf = ({ cue }: Column) => places.get(cue.cueId) ?? -1;
  return by === 1
    ? columns.find((column) => placeOf(column) > here)
    : columns.findLast((column) => placeOf(column) < here);
}
