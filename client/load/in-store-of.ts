/** The store that the configuration names, for as long as it is worked with. */
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import type { LoadedShow } from './load-show.js';

/** Opens the store of a show, and closes it when the work has ended, however it does. */
export async function inStoreOf<T>(
  { configuration }: Pick<LoadedShow, 'configuration'>,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const store = openStore(configuration.store, process.env);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
