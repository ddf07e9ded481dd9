/**
 * Images that are stored under a version but that its show does not have: cues of an earlier cue sheet, variants
 * beyond today's number. Nobody deletes them; a person should know of them.
 */
import type { Inventory } from '../../domain/inventory.js';
import type { CueTask } from '../../domain/show-plan.js';

export interface Unplanned {
  readonly cueId: string;
  readonly variants: number;
}

export function unplannedVariants(tasks: readonly CueTask[], inventory: Inventory): Unplanned[] {
  const planned = new Map(tasks.map(({ cueId, variants }) => [cueId, variants]));
  return [...inventory].flatMap(([cueId, stored]) => {
    const last = planned.get(cueId) ?? 0;
    const variants = [...stored.keys()].filter((variantId) => variantId > last).length;
    return variants === 0 ? [] : [{ cueId, variants }];
  });
}
