/**
 * What a store already holds of a version, read from a listing of its keys. Plan, audit and `show plan` ask the same
 * question and must get the same answer: which variants are there whole, which in part, which not at all. Of each variant
 * it keeps no more than that, because a show may have a million.
 */
import { parseVariantKey } from './object-keys.js';
import type { CueTask } from './show-plan.js';

/** Of a variant that has any object stored: which of the two that vouch for it are there. */
export interface StoredVariant {
  readonly final: boolean;
  readonly timing: boolean;
}

/** One object for each of the four cases: a million variants take a million references. */
const CASES = [false, true].map((final) => [false, true].map((timing) => ({ final, timing })));

/** Stored variants by cue id, then by variant number. */
export type Inventory = ReadonlyMap<string, ReadonlyMap<number, StoredVariant>>;

/** Reads a listing of everything under `prefix` ({@link cuesPrefix}), in any order; keys that are not images of a show are ignored. */
export async function takeInventory(
  prefix: string,
  objects: AsyncIterable<{ readonly key: string }>,
): Promise<Inventory> {
  const inventory = new Map<string, Map<number, StoredVariant>>();
  for await (const { key } of objects) {
    const parsed = parseVariantKey(prefix, key);
    if (parsed === undefined) continue;
    const cue = inventory.get(parsed.cueId) ?? new Map<number, StoredVariant>();
    inventory.set(parsed.cueId, cue);
    cue.set(parsed.variantId, withObject(cue.get(parsed.variantId), parsed.object.kind));
  }
  return inventory;
}

/** Inventories of parts of a show as one; each variant must be in one of them only. */
export function mergeInventories(parts: readonly Inventory[]): Inventory {
  const all = new Map<string, Map<number, StoredVariant>>();
  for (const part of parts)
    for (const [cueId, variants] of part) {
      const cue = all.get(cueId) ?? new Map<number, StoredVariant>();
      all.set(cueId, cue);
      for (const [variantId, stored] of variants) cue.set(variantId, stored);
    }
  return all;
}

/** Whether the variant is stored: the final image and, for programs with previews, the timing that vouches for them. */
export function isStored(stored: StoredVariant | undefined, previews: boolean): boolean {
  return stored?.final === true && (stored.timing || !previews);
}

/** The variants of a cue that still have to be generated, and which of those have some object stored. */
export function missingVariants(
  task: CueTask,
  inventory: Inventory,
  variantIds: readonly number[] = allVariants(task),
): { variantIds: number[]; partial: number[] } {
  const stored = inventory.get(task.cueId);
  const missing = variantIds.filter((id) => !isStored(stored?.get(id), task.settings.previews));
  return { variantIds: missing, partial: missing.filter((id) => stored?.has(id) === true) };
}

const allVariants = (task: CueTask): number[] =>
  Array.from({ length: task.variants }, (_, index) => index + 1);

function withObject(stored: StoredVariant | undefined, kind: 'final' | 'timing' | 'step'): StoredVariant {
  const final = stored?.final === true || kind === 'final';
  const timing = stored?.timing === true || kind === 'timing';
  return CASES[Number(final)]?.[Number(timing)] ?? { final, timing };
}
