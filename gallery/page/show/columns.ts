/**
 * The cues and variants that match a filter, in the order of the show, and the neighbours of each.
 */
import { type CueEntry, stateOf, type VariantEntry, type VariantState } from '../../show-index.js';
import { programOf } from './filter.js';
import type { VariantRef } from './route.js';

/** A cue, and its variants that match a filter. */
export interface Column {
  readonly cue: CueEntry;
  readonly variants: readonly VariantEntry[];
}

/** Programs in use, sorted. */
export const programsOf = (cues: readonly CueEntry[]): string[] =>
  [...new Set(cues.map(programOf))].filter((program) => program !== '').sort();

/** Number of variants in each state. */
export function countStates(cues: readonly CueEntry[]): Map<VariantState, number> {
  const counts = new Map<VariantState, number>();
  for (const { variants } of cues)
    for (const variant of variants) counts.set(stateOf(variant), (counts.get(stateOf(variant)) ?? 0) + 1);
  return counts;
}

export type Direction = 'previous-cue' | 'next-cue' | 'previous-variant' | 'next-variant';

/** The next (1) or previous (-1) variant among those of one cue that match; `from` need not be one of them. */
export function variantBeside(
  variants: readonly VariantEntry[],
  { cueId, variantId }: VariantRef,
  by: 1 | -1,
): VariantRef | undefined {
  const found =
    by === 1 ? variants.find(([id]) => id > variantId) : variants.findLast(([id]) => id < variantId);
  return found === undefined ? undefined : { cueId, variantId: found[0] };
}

/** The next or previous cue among those that match; the cue itself need not be one of them. */
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
