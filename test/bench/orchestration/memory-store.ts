/** A store that costs next to nothing, so that a benchmark of orchestration measures orchestration. */
import { type ObjectStore, StoreError } from '../../../storage/object-store.js';

/** Keys are listed in byte order, as the interface promises; no caller here lists while writing. */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, Buffer>();
  return {
    description: 'memory',
    put: async (key, body) => {
      objects.set(key, body);
    },
    get: async (key) => {
      const body = objects.get(key);
      if (body !== undefined) return body;
      const facts = { kind: 'not-found', verb: 'get', key, store: 'memory' } as const;
      throw new StoreError({ ...facts, problem: 'does not exist', remedy: 'Store it first.' });
    },
    head: async (key) => {
      const body = objects.get(key);
      return body && { key, bytes: body.length };
    },
    async *list(prefix) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      for (const key of keys) yield { key, bytes: objects.get(key)?.length ?? 0 };
    },
    delete: async (key) => {
      objects.delete(key);
    },
    close: () => {},
  };
}
