/**
 * What the store of a show remembers of variants that failed and have not been stored since.
 */
import {
  listRememberedFailures,
  type RememberedFailures,
  readRememberedFailures,
  type VariantsByCue,
} from '../../bookkeeping/remembered-failures.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';

/** How many variants that the show still has failed when they were last tried. */
export const countRemembered = (loaded: LoadedShow): Promise<number> =>
  inStoreOf(
    loaded,
    async (store) => (await listRememberedFailures(store, loaded.show, variantsOf(loaded))).length,
  );

/** The same, and a few of them with their reasons. */
export const rememberedFailures = (loaded: LoadedShow): Promise<RememberedFailures> =>
  inStoreOf(loaded, (store) => readRememberedFailures(store, loaded.show, variantsOf(loaded)));

const variantsOf = ({ tasks }: LoadedShow): VariantsByCue =>
  new Map(tasks.map(({ cueId, variants }) => [cueId, variants]));
