/**
 * One SHA-256 for a whole model directory: it goes into every final image, so that anyone can tell which
 * weights made it. Depends on the files' names, sizes and contents, not on their dates or the directory's place.
 *
 * Links are followed, since download caches link to their files; what has no end (a device, a pipe, a folder that links
 * to one around it) is refused.
 */
import { createHash } from 'node:crypto';
import { type BigIntStats, createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openRegularFile } from '../../files/read-regular-file.js';
import { ModelError } from '../errors.js';

interface File {
  /** Below the directory, with `/` on every system. */
  readonly path: string;
  readonly bytes: bigint;
  /** Another one whenever the file is another one, or is written to. */
  readonly state: string;
}

/**
 * Of each directory or file, what was digested last: a show may come back to a model of many gigabytes again and again. What has been
 * renamed since is what it was.
 */
const known = new Map<string, { readonly states: string; readonly digest: string }>();

/** Reads only what this process has not read as it is. */
async function orKnown(path: string, states: string, read: () => Promise<string>): Promise<string> {
  const last = [known.get(path), ...known.values()].find((one) => one?.states === states);
  const digest = last?.digest ?? (await read());
  known.set(path, { states, digest });
  return digest;
}

/**
 * Hex digest over all files below `directory`, hidden ones left out (editors and file managers leave them). The
 * contents are read again only if a file has changed since this process read them, by what the file system says.
 * @throws ModelError naming what is no file and no folder
 */
export async function directoryDigest(directory: string): Promise<string> {
  const files = await sortedFiles(directory);
  return orKnown(directory, statesOf(files), () => digestOf(directory, files));
}

/** Hex digest of one regular file, read again only if it has changed since. Throws an UnfitFileError, or the system's error. */
export async function fileDigest(path: string): Promise<string> {
  const file = await openRegularFile(path, false);
  try {
    return await orKnown(path, stateOf(await file.stat({ bigint: true })), async () => {
      const hash = createHash('sha256');
      const content = file.createReadStream({ highWaterMark: 1 << 20, autoClose: false });
      for await (const chunk of content) hash.update(chunk);
      return hash.digest('hex');
    });
  } finally {
    await file.close();
  }
}

/**
 * A text that changes whenever a file below `directory` is another one or has been written to, by what the file system says;
 * it takes no reading. For those who keep digests.
 * @throws ModelError naming what is no file and no folder
 */
export const directoryState = async (directory: string): Promise<string> =>
  createHash('sha256')
    .update(statesOf(await sortedFiles(directory)))
    .digest('hex');

const sortedFiles = async (directory: string): Promise<File[]> =>
  (await filesBelow(directory, '', [await realpath(directory)])).sort(byPath);

const statesOf = (files: readonly File[]): string =>
  JSON.stringify(files.map(({ path, state }) => [path, state]));

async function digestOf(directory: string, files: readonly File[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, bytes } of files) {
    hash.update(`${path}\0${bytes}\0`);
    const content = createReadStream(join(directory, path), { highWaterMark: 1 << 20 });
    for await (const chunk of content) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** @param around real paths of the folder and of those it lies in */
async function filesBelow(root: string, folder: string, around: readonly string[]): Promise<File[]> {
  const names = (await readdir(join(root, folder))).filter((name) => !name.startsWith('.'));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = folder === '' ? name : `${folder}/${name}`;
      const entry = await stat(join(root, path), { bigint: true }).catch((cause: unknown) => {
        throw new ModelError(root, [`${path} links to nothing`], { cause });
      });
      if (entry.isFile()) return [{ path, bytes: entry.size, state: stateOf(entry) }];
      if (!entry.isDirectory()) throw new ModelError(root, [`${path} is neither a file nor a folder`]);
      const real = await realpath(join(root, path));
      if (around.includes(real)) throw new ModelError(root, [`${path} links to a folder that it lies in`]);
      return filesBelow(root, path, [...around, real]);
    }),
  );
  return found.flat();
}

/** The time of change (ctime) cannot be set, unlike the time of modification. */
const stateOf = ({ dev, ino, size, ctimeNs }: BigIntStats): string => [dev, ino, size, ctimeNs].join(' ');

/** As `sort()` without a function: by UTF-16 units. */
function byPath({ path: a }: File, { path: b }: File): number {
  return a < b ? -1 : 1;
}
