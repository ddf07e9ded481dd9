/**
 * A file that nobody else replaces on condition while it is held, in whichever process.
 *
 * The lock is the kernel's (OFD locks on Linux, flock on macOS), taken on the object's own file: it ends with the process
 * that holds it, however that dies, so there is no lock file to go stale, to be taken away from a process that was only slow,
 * or to be left in the store. Node has no call for it. proper-lockfile, which needs none, was not taken: its locks are
 * folders that count as abandoned by their age, so a process that is stopped and goes on later writes over its successor.
 *
 * Who holds the lock replaces the file by renaming, so a process that has waited for it holds a file that lost its name; hence the look
 * whether it still has it. Networked file systems must support locks; where none can be had, conditional writes are refused.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { given } from '../../domain/given.js';
import { errnoOf } from '../../domain/system-error.js';
import { openRegularFile, UnfitFileError } from '../../files/read-regular-file.js';

/** Between two looks whether the lock is free: about what a write takes, and not the same for all who wait. In milliseconds. */
const LOOK_MS = { least: 2, most: 12 };

export class FileLockError extends Error {
  override readonly name = 'FileLockError';

  /** `held`: by another process, for all that time. `unavailable`: this system has no locks for us. */
  constructor(
    readonly reason: 'held' | 'unavailable',
    cause?: unknown,
  ) {
    super(`the lock is ${reason}`, given({ cause }));
  }
}

/**
 * The regular file at `path`, opened and locked until it is closed; undefined if there is none. Waits for its turn, at most
 * `limitMs`, and throws a FileLockError then.
 */
export async function openLocked(
  path: string,
  limitMs: number,
  signal?: AbortSignal,
): Promise<FileHandle | undefined> {
  for (const end = performance.now() + limitMs; ; ) {
    const file = await openIfThere(path);
    if (file === undefined) return undefined;
    try {
      await lock(file, end, signal);
      if (await isStillAt(path, file)) return file;
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await openRegularFile(path, true, constants.O_RDWR);
  } catch (error) {
    const absent = ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errnoOf(error) ?? '');
    if (absent || error instanceof UnfitFileError) return undefined;
    throw error;
  }
}

async function lock(file: FileHandle, end: number, signal: AbortSignal | undefined): Promise<void> {
  const tryLock = await loadTryLock();
  while (!tryLock(file.fd)) {
    if (performance.now() >= end) throw new FileLockError('held');
    const pause = LOOK_MS.least + Math.random() * (LOOK_MS.most - LOOK_MS.least);
    await sleep(pause, undefined, given({ signal }));
  }
}

/** Loaded when it is needed: everything else works where there is no build of it. */
async function loadTryLock(): Promise<(fd: number) => boolean> {
  try {
    return (await import('fs-native-extensions')).tryLock;
  } catch (error) {
    throw new FileLockError('unavailable', error);
  }
}

async function isStillAt(path: string, file: FileHandle): Promise<boolean> {
  const held = await file.stat({ bigint: true });
  const named = await lstat(path, { bigint: true }).catch(() => undefined);
  return named?.ino === held.ino && named.dev === held.dev;
}
