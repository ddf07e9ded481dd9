/**
 * What the store holds of some variants, asked with as few requests as it takes: a cue of which many are wanted is listed
 * whole, single variants of a large cue one by one. So the answer costs what was asked for, however large the show is.
 */
import pLimit from 'p-limit';
import { type Inventory, isStored, mergeInventories, takeInventory } from '../../domain/inventory.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import { cuePrefix, cuesPrefix, variantPrefix } from '../../domain/object-keys.js';
import type { VariantName } from '../../domain/progress.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { VariantSet, VariantsOfCue } from '../interfaces.js';

/** Below the connections that a store's client has. */
export const CONCURRENT_REQUESTS = 16;

/** A listing brings a thousand keys: several variants for the price of one. */
const WHOLE_CUE_SHARE = 1 / 4;

/** What is stored of these variants; others of the same cues may be in it as well. */
export async function inventoryOf(
  store: ObjectStore,
  { project, version, cues }: VariantSet,
  signal: AbortSignal,
): Promise<Inventory> {
  const show = { project, version };
  const prefixes = cues.flatMap((cue) => prefixesOf(show, cue));
  const limit = pLimit(CONCURRENT_REQUESTS);
  const parts = await Promise.all(
    prefixes.map((prefix) =>
      limit(() => takeInventory(cuesPrefix(show), store.list(prefix, { signal, keysOnly: true }))),
    ),
  );
  return mergeInventories(parts);
}

function prefixesOf(show: ShowAddress, { cueId, of, variantIds }: VariantsOfCue): string[] {
  if (variantIds.length === 0) return [];
  if (variantIds.length >= of * WHOLE_CUE_SHARE) return [cuePrefix({ ...show, cueId })];
  return variantIds.map((variantId) => variantPrefix({ ...show, cueId, variantId }));
}

/** Those of the variants that are whole in the store, and those that are not. */
export function sortByStored(
  inventory: Inventory,
  { cues }: VariantSet,
): { stored: VariantName[]; unstored: VariantName[] } {
  const stored: VariantName[] = [];
  const unstored: VariantName[] = [];
  for (const { cueId, previews, variantIds } of cues)
    for (const variantId of variantIds) {
      const isWhole = isStored(inventory.get(cueId)?.get(variantId), previews);
      (isWhole ? stored : unstored).push({ cueId, variantId });
    }
  return { stored, unstored };
}
