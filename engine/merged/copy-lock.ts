/**
 * The lock of a merged model among all processes of a machine: exclusive while a process makes or removes the copy, shared while
 * processes use it. It is a lock of the kernel, which ends with its process.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { tryLock } from 'fs-native-extensions';

export class CopyLock {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Opens the lock file, and creates it if there is none; does not lock it. */
  static async open(path: string): Promise<CopyLock> {
    return new CopyLock(path, await open(path, constants.O_RDWR | constants.O_CREAT, 0o644));
  }

  /** Takes the exclusive lock; false if any other process has the lock. */
  async takeExclusive(): Promise<boolean> {
    return tryLock(this.file.fd) && (await this.isStillThere());
  }

  /** Takes the shared lock, also in exchange for the exclusive one; false if another process has the exclusive one. */
  async takeShared(): Promise<boolean> {
    return tryLock(this.file.fd, { shared: true }) && (await this.isStillThere());
  }

  /** The modification time of the lock file is the time of the last use. */
  async noteUse(): Promise<void> {
    const now = new Date();
    await this.file.utimes(now, now);
  }

  /** Releases the lock. */
  close(): Promise<void> {
    return this.file.close();
  }

  /** The lock file is removed with its copy; a lock on a removed file excludes no other process. */
  private async isStillThere(): Promise<boolean> {
    const held = await this.file.stat({ bigint: true });
    const named = await lstat(this.path, { bigint: true }).catch(() => undefined);
    return named?.ino === held.ino && named.dev === held.dev;
  }
}
