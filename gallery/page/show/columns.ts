/**
 * What the contact sheet shows: one column a cue, in the order of the show, holding the variants that match.
 */
import { type CueEntry, stateOf, type VariantEntry, type VariantState } from '../../show-index.js';
import type { Filter, VariantRef } from './route.js';

export interface Column {
  readonly cue: CueEntry;
  readonly variants: readonly VariantEntry[];
}

/** The columns of a show under a filter; cues without a matching variant are left out. */
export function columnsOf(cues: readonly CueEntry[], filter: Filter): Column[] {
  const words = filter.text
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return cues
    .filter((cue) => matches(cue, filter, words))
    .map((cue) => ({ cue, variants: matchingVariants(cue, filter.state) }))
    .filter(({ variants }) => variants.length > 0);
}

function matches(cue: CueEntry, filter: Filter, words: readonly string[]): boolean {
  if (filter.cueId !== '' && cue.cueId !== filter.cueId) return false;
  if (filter.program !== '' && programOf(cue) !== filter.program) return false;
  const text = `${cue.cueId} ${cue.facts?.prompt ?? ''} ${programOf(cue)}`.toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

const matchingVariants = (cue: CueEntry, state: Filter['state']): readonly VariantEntry[] =>
  state === '' ? cue.variants : cue.variants.filter((variant) => stateOf(variant) === state);

export const programOf = ({ facts }: CueEntry): string => facts?.program ?? '';

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

/** Where a step in some direction leads; undefined at the edge. A neighbouring cue is entered at the same row. */
export function neighbour(
  columns: readonly Column[],
  at: VariantRef,
  direction: Direction,
): VariantRef | undefined {
  const index = columns.findIndex(({ cue }) => cue.cueId === at.cueId);
  const row = columns[index]?.variants.findIndex(([id]) => id === at.variantId) ?? -1;
  if (direction === 'previous-variant') return refAt(columns[index], row - 1);
  if (direction === 'next-variant') return refAt(columns[index], row + 1);
  const column = columns[index + (direction === 'next-cue' ? 1 : -1)];
  return refAt(column, Math.min(Math.max(row, 0), (column?.variants.length ?? 1) - 1));
}

function refAt(column: Column | undefined, row: number): VariantRef | undefined {
  const variant = column?.variants[row];
  return column === undefined || variant === undefined
    ? undefined
    : { cueId: column.cue.cueId, variantId: variant[0] };
}
