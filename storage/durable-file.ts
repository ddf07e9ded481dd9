/**
 * Writing a file so that a crash or a power cut leaves the old content or the new one, and never less.
 *
 * The order is what makes it so: write beside, fsync the file (its bytes are on the disk), rename (one atomic step),
 * fsync the folder (the rename is on the disk). Both the folder store and the spool stand on these few functions.
 */
import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { given } from '../domain/given.js';
import { PARTIAL_FILE_PREFIX } from './object-key.js';

/** Writes `body` to `path`, whose folder must exist. On any failure, the signal's included, nothing is left behind. */
export async function writeDurably(path: string, body: Buffer, signal?: AbortSignal): Promise<void> {
  await replaceFile(path, body, signal);
  await syncFolder(dirname(path));
}

/**
 * Writes `body` beside `path`, fsyncs and renames it; a power cut may still undo the rename. The folder's sync is the
 * caller's, once for several files.
 */
export async function replaceFile(path: string, body: Buffer, signal?: AbortSignal): Promise<void> {
  await viaPartial(path, async (partial) => {
    await writeAndSync(partial, body, signal);
    signal?.throwIfAborted();
    await rename(partial, path);
  });
}

/** {@link writeDurably} for a path where nothing is: a link, unlike a rename, fails with EEXIST if something is. */
export async function createDurably(path: string, body: Buffer, signal?: AbortSignal): Promise<void> {
  await viaPartial(path, async (partial) => {
    await writeAndSync(partial, body, signal);
    signal?.throwIfAborted();
    await link(partial, path);
    await rm(partial);
  });
  await syncFolder(dirname(path));
}

/** {@link writeDurably} of the bytes of another file, which a file system that can (Btrfs, XFS, APFS) does not even copy. */
export async function copyDurably(source: string, path: string, signal?: AbortSignal): Promise<void> {
  await viaPartial(path, async (partial) => {
    await copyFile(source, partial, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await syncFile(partial);
    signal?.throwIfAborted();
    await rename(partial, path);
  });
  await syncFolder(dirname(path));
}

/** Runs `work` with the path of an unfinished file beside `path`, of which a failure leaves nothing. */
async function viaPartial(path: string, work: (partial: string) => Promise<void>): Promise<void> {
  const partial = join(dirname(path), `${PARTIAL_FILE_PREFIX}${randomUUID()}`);
  try {
    await work(partial);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeAndSync(path: string, body: Buffer, signal?: AbortSignal): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(body, given({ signal }));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts on the disk what another process has written to an existing file. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts renames, creations and removals of names inside `folder` on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  await syncFile(folder);
}

/** `mkdir -p` that survives a power cut: every folder made, and the one they were made in, is synced. */
export async function makeFolderDurably(folder: string, mode?: number): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true, ...given({ mode }) });
  if (firstMade === undefined) return;
  const top = dirname(resolve(firstMade));
  for (let current = resolve(folder); current !== top; current = dirname(current)) await syncFolder(current);
  await syncFolder(top);
}
