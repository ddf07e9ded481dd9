/**
 * The variants beside a variant, in its cue and in the neighbouring cues, under the filter of the address.
 */
import { type Column, cueBeside, type Direction, variantBeside } from './show/columns.js';
import type { Filter } from './show/filter.js';
import type { VariantRef } from './show/route.js';
import type { ShowData } from './show/show-data.js';

export const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'previous-cue',
  ArrowRight: 'next-cue',
  ArrowUp: 'previous-variant',
  ArrowDown: 'next-variant',
};

/** The next variant in a direction; undefined at the edge. In a neighbouring cue it is the one at the same position. */
export function neighbourOf(
  data: ShowData,
  filter: Filter,
  from: VariantRef,
  direction: Direction,
): VariantRef | undefined {
  const by = direction.startsWith('next') ? 1 : -1;
  const cue = data.cue(from.cueId);
  if (cue === undefined) return undefined;
  const here = data.variantsOf(cue, filter);
  if (direction.endsWith('variant')) return variantBeside(here, from, by);
  const column = cueBeside(data.cues, data.columns(filter), from.cueId, by);
  const row = here.findIndex(([id]) => id === from.variantId);
  return column === undefined ? undefined : refAt(column, row);
}

function refAt({ cue, variants }: Column, row: number): VariantRef | undefined {
  const variant = variants[Math.min(Math.max(row, 0), variants.length - 1)];
  return variant === undefined ? undefined : { cueId: cue.cueId, variantId: variant[0] };
}
