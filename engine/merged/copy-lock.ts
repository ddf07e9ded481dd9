/**
 * Who uses a merged copy, among all processes of the machine: whoever makes or removes it has the lock alone, whoever computes with it
 * shares it. The lock is the kernel's, so it ends with its process however that dies.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { tryLock } from 'fs-native-extensions';

export class CopyLock {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Opens the file, which is made if it is not there; locks nothing yet. */
  static async open(path: string): Promise<CopyLock> {
    return new CopyLock(path, await open(path, constants.O_RDWR | constants.O_CREAT, 0o644));
  }

  /** Whether nobody else has it now, in either way. */
  async takeAlone(): Promise<boolean> {
    return tryLock(this.file.fd) && (await this.isStillThere());
  }

  /** Whether nobody has it alone. */
  async share(): Promise<boolean> {
    return tryLock(this.file.fd, { shared: true }) && (await this.isStillThere());
  }

  /** The date of the file is when the copy was last used. */
  async noteUse(): Promise<void> {
    const now = new Date();
    await this.file.utimes(now, now);
  }

  /** Gives the lock back. */
  close(): Promise<void> {
    return this.file.close();
  }

  /** Who removes a copy removes this file, too: a lock on what has lost its name holds nobody back. */
  private async isStillThere(): Promise<boolean> {
    const held = await this.file.stat({ bigint: true });
    const named = await lstat(this.path, { bigint: true }).catch(() => undefined);
    return named?.ino === held.ino && named.dev === held.dev;
  }
}
