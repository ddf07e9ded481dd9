/**
 * What the store remembers of variants that failed and have not been stored since.
 */
import { MAX_REPORTED_FAILURES, type VariantFailure, type VariantName } from '../../domain/progress.js';
import {
  failureKey,
  failuresPrefix,
  parseFailureKey,
  type RememberedFailure,
} from '../../domain/remembered-failure.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';

/** How many variants that the show still has failed when they were last tried. */
export const countRemembered = (loaded: LoadedShow): Promise<number> =>
  inStoreOf(loaded, async (store) => (await listRemembered(loaded, store)).length);

/** The same, and a few of them with their reasons. */
export const rememberedFailures = (
  loaded: LoadedShow,
): Promise<{ failed: number; failures: VariantFailure[] }> =>
  inStoreOf(loaded, async (store) => {
    const names = await listRemembered(loaded, store);
    const shown = names.slice(0, MAX_REPORTED_FAILURES);
    const read = await Promise.all(shown.map((name) => readReason(loaded, store, name)));
    return { failed: names.length, failures: read.flat() };
  });

async function listRemembered({ show, tasks }: LoadedShow, store: ObjectStore): Promise<VariantName[]> {
  const prefix = failuresPrefix(show);
  const variants = new Map(tasks.map((task) => [task.cueId, task.variants]));
  const found: VariantName[] = [];
  for await (const { key } of store.list(prefix)) {
    const name = parseFailureKey(prefix, key);
    if (name !== undefined && name.variantId <= (variants.get(name.cueId) ?? 0)) found.push(name);
  }
  return found;
}

/** None if it has been stored, and forgotten, this very moment. */
async function readReason(
  { show }: LoadedShow,
  store: ObjectStore,
  name: VariantName,
): Promise<VariantFailure[]> {
  const key = failureKey({ ...show, ...name });
  if ((await store.head(key)) === undefined) return [];
  const { reason }: RememberedFailure = JSON.parse((await store.get(key)).toString('utf8'));
  return [{ ...name, reason }];
}
