/** The store of a role, whose outcomes count for the role's health. */
import type { Health } from '../../domain/health.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { ObservedStore } from '../../storage/observed-store.js';
import { openStore } from '../../storage/open-store.js';
import { say } from '../log/logging.js';
import { metrics } from '../metrics/metrics.js';
import { StoreHealth } from './store-health.js';

/** Opens the store; closing it ends its being watched. Throws StoreUrlError. */
export function openWatchedStore(url: string, health: Health): ObjectStore {
  const storeHealth = new StoreHealth({ health, say });
  const store = new ObservedStore(openStore(url), (verb, error) => {
    storeHealth.observe(verb, error);
    if (error !== undefined)
      metrics.count('pregen_store_errors', 'Requests that the store failed', { verb, kind: error.kind });
  });
  const stopWatching = storeHealth.watch(store);
  const close = store.close.bind(store);
  return Object.assign(store, {
    close: () => {
      stopWatching();
      close();
    },
  });
}
