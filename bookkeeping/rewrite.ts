/**
 * Changing a document that others may change at the same moment: it is written under the condition that it is still the one that
 * was read, and read and changed anew if it is not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { JSON_CONTENT_TYPE } from '../domain/object-keys.js';
import { type ObjectStore, type StoreCallOptions, StoreError } from '../storage/object-store.js';

/** Writers that meet do not meet again at once. */
const LONGEST_PAUSE_MS = 100;

export interface Rewriting<Value> {
  /** To lose so often to other writers means another fault. */
  readonly tries: number;
  /** The document that is to be there instead of `present` (undefined: none), and what it means. */
  change(present: Buffer | undefined): Promise<{ readonly value: Value; readonly text: string }>;
}

/** Returns what the written document means. Throws what `change` throws, and what the store throws. */
export async function rewrite<Value>(
  store: ObjectStore,
  key: string,
  { tries, change }: Rewriting<Value>,
  options: StoreCallOptions,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    const found = await store.getVersioned(key, options);
    const { value, text } = await change(found?.body);
    const onlyIf = found === undefined ? ('absent' as const) : { tag: found.tag };
    try {
      await store.put(key, Buffer.from(text), { ...options, contentType: JSON_CONTENT_TYPE, onlyIf });
      return value;
    } catch (error) {
      const isConflict = error instanceof StoreError && error.kind === 'conflict';
      if (!isConflict || attempt === tries) throw error;
      await sleep(Math.random() * LONGEST_PAUSE_MS, undefined, options);
    }
  }
}
