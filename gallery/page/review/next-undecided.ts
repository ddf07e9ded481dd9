/**
 * The next variant for a person who decides picture by picture: the next undecided one of the cue, then of the cues after it, then
 * those before.
 */
import type { Filter } from '../show/filter.js';
import { isUndecided } from '../show/reviews.js';
import type { VariantRef } from '../show/route.js';
import type { ShowData } from '../show/show-data.js';

/** Undefined if no other variant is undecided. */
export function nextUndecided(data: ShowData, filter: Filter, from: VariantRef): VariantRef | undefined {
  const open = data
    .columns(filter)
    .flatMap(({ cue, variants }) =>
      variants
        .filter((variant) => isUndecided(cue, variant))
        .map(([variantId]) => ({ cueId: cue.cueId, variantId })),
    );
  const places = new Map(data.cues.map(({ cueId }, index) => [cueId, index]));
  const isAfter = (ref: VariantRef): boolean => {
    const by = (places.get(ref.cueId) ?? 0) - (places.get(from.cueId) ?? 0);
    return by > 0 || (by === 0 && ref.variantId > from.variantId);
  };
  const others = open.filter((ref) => ref.cueId !== from.cueId || ref.variantId !== from.variantId);
  return others.find(isAfter) ?? others[0];
}
