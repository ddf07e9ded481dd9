/** How much a folder takes on the disk, and how a full disk is told. */
import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, isDiskFull } from '../../domain/system-error.js';
import { SpoolFullError } from './records.js';

/** Runs a write of `bytes` to `path`; a full disk or quota becomes a SpoolFullError. */
export async function orSpoolFull<T>(path: string, bytes: number, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDiskFull(error)) throw new SpoolFullError(path, bytes, { cause: error });
    throw error;
  }
}

/** Bytes of all files below `folder`. What disappears meanwhile (an upload finished) counts as nothing. */
export async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await entriesOrNone(folder)) {
    const path = join(folder, entry.name);
    total += entry.isDirectory() ? await folderBytes(path) : await fileBytes(path);
  }
  return total;
}

async function fileBytes(path: string): Promise<number> {
  return orIfAbsent(
    lstat(path).then(({ size }) => size),
    0,
  );
}

function entriesOrNone(folder: string): Promise<Dirent[]> {
  return orIfAbsent(readdir(folder, { withFileTypes: true }), []);
}

/** The value, or `fallback` when the file or folder is not there. */
export async function orIfAbsent<T>(value: Promise<T>, fallback: T): Promise<T> {
  try {
    return await value;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return fallback;
    throw error;
  }
}
