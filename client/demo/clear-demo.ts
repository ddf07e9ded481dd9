/**
 * `--fresh`: removes what the demo made, and nothing else: its objects in the store, and the folder with its
 * database, spool and logs.
 */
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { bookkeepingPrefix, cuesPrefix } from '../../domain/object-keys.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';

/** Removes the demo's objects and folder, saying so. */
export async function clearDemo(
  { show, configuration }: LoadedShow,
  folder: string,
  output: Output,
): Promise<void> {
  let removed = 0;
  await inStoreOf({ configuration }, async (store) => {
    for (const prefix of [cuesPrefix(show), bookkeepingPrefix(show)]) {
      const keys: string[] = [];
      for await (const { key } of store.list(prefix)) keys.push(key);
      for (const key of keys) await store.delete(key);
      removed += keys.length;
    }
  });
  await rm(folder, { recursive: true, force: true });
  output.note(
    `Fresh start: removed ${removed} objects of ${show.project}/${show.version} from ${configuration.store}, ` +
      `and the demo's database, spool and logs in ${relative('.', folder)}.`,
  );
}
