/**
 * Walks a folder store in the order in which S3 lists keys: by the bytes of the whole key.
 *
 * A folder sorts as its name followed by "/", so `a-b` comes before `a/…` and `a/…` before `a0`. Only a few folders are in
 * memory at a time, so a show of a million objects can be streamed; the next ones are read while one is handed out.
 * Links, unfinished files and whatever else is not an object are not listed.
 */
import { type Dirent, readdir } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../../domain/system-error.js';
import { contentTypeOf } from '../content-type.js';
import { PARTIAL_FILE_PREFIX } from '../object-key.js';
import type { ListedKey, ListOptions, ObjectHead } from '../object-store.js';

/** Enough for the system's threads to have the next folder ready; more takes memory and brings nothing. */
const FOLDERS_AHEAD = 16;
/** Objects handed from level to level at once, as many as S3 has on a page. */
const RUN_LENGTH = 1000;

/** In place of its namesake in `node:fs/promises`, with which a listing of a large show takes a quarter more CPU time. */
const readFolder = promisify(readdir);

interface Listing<Listed> {
  readonly root: string;
  readonly prefix: string;
  readonly signal: AbortSignal | undefined;
  /** What is said of the object with this key; undefined if it is gone by now. */
  describe(key: string): Listed | Promise<Listed | undefined>;
}

/** An object, or the key of a folder with the "/" behind. */
type Entry<Listed> = Listed | string;

/** The objects below `root` whose key starts with `prefix`. A root that does not exist has none. */
export function listFolder(
  root: string,
  prefix: string,
  { signal, keysOnly = false }: ListOptions,
): AsyncGenerator<ListedKey> {
  const listing = { root, prefix, signal };
  return keysOnly
    ? objectsOf({ ...listing, describe: (key) => ({ key }) })
    : objectsOf({ ...listing, describe: (key) => headOf(root, key) });
}

async function* objectsOf<Listed extends ListedKey>(listing: Listing<Listed>): AsyncGenerator<Listed> {
  const { prefix, signal } = listing;
  const start = await openFolder(listing, prefix.slice(0, prefix.lastIndexOf('/') + 1));
  for await (const run of runsOf(listing, start)) {
    for (const object of run) {
      signal?.throwIfAborted();
      yield object;
    }
  }
}

/** The objects among these entries and below them. One by one through each level would cost more than reading them. */
async function* runsOf<Listed extends ListedKey>(
  listing: Listing<Listed>,
  entries: readonly Entry<Listed>[],
): AsyncGenerator<readonly Listed[]> {
  const nextFolder = foldersAhead(listing, entries.filter(isFolder));
  let run: Listed[] = [];
  for (const entry of entries) {
    const found = isFolder(entry) ? await nextFolder() : [entry];
    if (found.some(isFolder) || run.length >= RUN_LENGTH) {
      yield run;
      run = [];
    }
    if (found.some(isFolder)) yield* runsOf(listing, found);
    else for (const object of found) if (!isFolder(object)) run.push(object);
  }
  yield run;
}

/** Opens these folders in their order, each some time before it is asked for. */
function foldersAhead<Listed extends ListedKey>(
  listing: Listing<Listed>,
  folders: readonly string[],
): () => Promise<readonly Entry<Listed>[]> {
  const opening: Promise<readonly Entry<Listed>[]>[] = [];
  let begun = 0;
  return async () => {
    for (const folder of folders.slice(begun, begun + FOLDERS_AHEAD - opening.length)) {
      const opened = openFolder(listing, folder);
      // A caller that stops listing before its turn does not want to know.
      opened.catch(() => {});
      opening.push(opened);
      begun += 1;
    }
    return (await opening.shift()) ?? [];
  };
}

/** What is directly in a folder, in byte order. */
async function openFolder<Listed extends ListedKey>(
  { root, prefix, signal, describe }: Listing<Listed>,
  folder: string,
): Promise<readonly Entry<Listed>[]> {
  signal?.throwIfAborted();
  const keys = (await keysIn(root, folder)).filter((key) => key.startsWith(prefix));
  const entries = await Promise.all(keys.map((key) => (isFolder(key) ? key : describe(key))));
  return entries.filter((entry) => entry !== undefined);
}

const isFolder = (entry: Entry<ListedKey>): entry is string =>
  typeof entry === 'string' && entry.endsWith('/');

/** Keys of the objects, and of the folders, directly in `folder`, in byte order. */
async function keysIn(root: string, folder: string): Promise<string[]> {
  const entries = await entriesOf(join(root, folder));
  const keys = entries
    .filter(isObjectOrFolder)
    .map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''));
  // Characters that UTF-16 puts in another order than UTF-8 does are rare, and comparing bytes is slow.
  return keys.some((key) => /[\ud800-\uffff]/.test(key)) ? keys.sort(byBytes) : keys.sort();
}

const byBytes = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

function isObjectOrFolder(entry: Dirent): boolean {
  return entry.isDirectory() || (entry.isFile() && !entry.name.startsWith(PARTIAL_FILE_PREFIX));
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readFolder(folder, { withFileTypes: true });
  } catch (error) {
    // Not there (any more), or an object where the prefix has a folder: no keys in either case.
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** An object deleted while the listing runs is left out, as S3 does. */
async function headOf(root: string, key: string): Promise<ObjectHead | undefined> {
  try {
    const facts = await stat(join(root, key));
    return { key, bytes: facts.size, contentType: contentTypeOf(key), modifiedAt: facts.mtime };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
