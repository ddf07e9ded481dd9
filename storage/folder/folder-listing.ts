/**
 * Walks a folder store in the order in which S3 lists keys: by the bytes of the whole key.
 *
 * A folder sorts as its name followed by "/", so `a-b` comes before `a/…` and `a/…` before `a0`. One folder is in
 * memory at a time, so a show of a million objects can be streamed. Links, unfinished files and whatever else is not
 * an object are not listed.
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../domain/system-error.js';
import { contentTypeOf } from '../content-type.js';
import { PARTIAL_FILE_PREFIX } from '../object-key.js';
import type { ObjectHead } from '../object-store.js';

/** The objects below `root` whose key starts with `prefix`. A root that does not exist has none. */
export async function* listFolder(
  root: string,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<ObjectHead> {
  yield* walk(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, signal);
}

async function* walk(
  root: string,
  parent: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectHead> {
  for (const key of await keysIn(root, parent)) {
    signal?.throwIfAborted();
    if (!key.startsWith(prefix)) continue;
    if (key.endsWith('/')) yield* walk(root, key, prefix, signal);
    else yield* headOrNothing(root, key);
  }
}

/** Keys of the objects, and of the folders with a "/" behind, directly in `parent`, in byte order. */
async function keysIn(root: string, parent: string): Promise<string[]> {
  const entries = await entriesOf(join(root, parent));
  const keys = entries
    .filter(isObjectOrFolder)
    .map((entry) => parent + entry.name + (entry.isDirectory() ? '/' : ''));
  return keys.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

function isObjectOrFolder(entry: Dirent): boolean {
  return entry.isDirectory() || (entry.isFile() && !entry.name.startsWith(PARTIAL_FILE_PREFIX));
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // Not there (any more), or an object where the prefix has a folder: no keys in either case.
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** An object deleted while the listing runs is left out, as S3 does. */
async function* headOrNothing(root: string, key: string): AsyncGenerator<ObjectHead> {
  try {
    const facts = await stat(join(root, key));
    yield { key, bytes: facts.size, contentType: contentTypeOf(key), modifiedAt: facts.mtime };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
