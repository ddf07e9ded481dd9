/**
 * Reading from the store what this project itself has written; its shape is not checked again.
 */
import type { ObjectStore } from '../../storage/object-store.js';

export async function readJson<T>(store: ObjectStore, key: string, signal: AbortSignal): Promise<T> {
  return JSON.parse((await store.get(key, { signal })).toString('utf8'));
}
