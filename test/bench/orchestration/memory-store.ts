/** A store that costs next to nothing, so that a benchmark of orchestration measures orchestration. */
import { CONFLICT, type ObjectStore, type PutCondition, StoreError } from '../../../storage/object-store.js';

/** Keys are listed in byte order, as the interface promises; no caller here lists while writing. */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, Buffer>();
  /** A tag is the number of the put that wrote the object. */
  const tags = new Map<string, string>();
  let puts = 0;
  const put = (key: string, body: Buffer) => {
    puts += 1;
    tags.set(key, String(puts));
    objects.set(key, body);
  };
  const get = (verb: 'get' | 'copy', key: string): Buffer => objects.get(key) ?? fail(verb, key, ABSENT);
  const holds = (key: string, onlyIf: PutCondition) =>
    tags.get(key) === (onlyIf === 'absent' ? undefined : onlyIf.tag);
  return {
    description: 'memory',
    put: async (key, body, { onlyIf }) => {
      if (onlyIf !== undefined && !holds(key, onlyIf)) fail('put', key, CONFLICT);
      put(key, body);
    },
    get: async (key) => get('get', key),
    getVersioned: async (key) => {
      const body = objects.get(key);
      return body && { body, tag: tags.get(key) ?? '' };
    },
    head: async (key) => {
      const body = objects.get(key);
      return body && { key, bytes: body.length };
    },
    async *list(prefix) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      for (const key of keys) yield { key, bytes: objects.get(key)?.length ?? 0 };
    },
    copy: async (from, to) => put(to, get('copy', from)),
    delete: async (key) => {
      objects.delete(key);
      tags.delete(key);
    },
    close: () => {},
  };
}

const ABSENT = { kind: 'not-found', problem: 'does not exist', remedy: 'Store it first.' } as const;

function fail(verb: 'put' | 'get' | 'copy', key: string, facts: typeof ABSENT | typeof CONFLICT): never {
  throw new StoreError({ ...facts, verb, key, store: 'memory' });
}
