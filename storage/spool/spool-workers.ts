/**
 * The worker processes that are at work on a spool, and how one is asked to drain. Each keeps a file under `workers/` locked: the lock is
 * the kernel's and ends with its process, however that dies, so a file without a lock is nobody's. The request is a file as well, so
 * it reaches processes in other containers that share the folder. Where there are no locks, nobody is known, and nobody can be asked.
 */
import { randomUUID } from 'node:crypto';
import { access, type FileHandle, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLockError, openLocked } from '../folder/file-lock.js';
import { orIfAbsent } from './space.js';

export type SpoolRole = 'gpu' | 'uploader';

export interface SpoolWorker {
  readonly role: SpoolRole;
  /** Process id, in its own container. */
  readonly pid: number;
  /** Name of its file. */
  readonly name: string;
}

/** `gpu-4711-0a1b2c3d` */
const NAME = /^(gpu|uploader)-(\d+)-[0-9a-f]{8}$/;
const REQUEST = '.drain';
/** Only who looks whether it is free has the lock of a new file, for a moment. */
const LOCK_WITHIN_MS = 10_000;

const folderOf = (spoolDirectory: string): string => join(spoolDirectory, 'workers');

/** This process's entry among the workers of a spool. */
export class SpoolMembership {
  private constructor(
    private readonly path: string,
    /** Undefined where there are no locks. */
    private readonly file: FileHandle | undefined,
  ) {}

  static async join(spoolDirectory: string, role: SpoolRole): Promise<SpoolMembership> {
    const folder = folderOf(spoolDirectory);
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${role}-${process.pid}-${randomUUID().slice(0, 8)}`);
    // Until it is locked, whoever looks takes the file for a dead worker's and removes it.
    for (;;) {
      await writeFile(path, '', { mode: 0o600 });
      const file = await lockOf(path, LOCK_WITHIN_MS);
      if (typeof file === 'object') return new SpoolMembership(path, file);
      if (file !== 'none') continue;
      await rm(path, { force: true });
      return new SpoolMembership(path, undefined);
    }
  }

  async isAskedToDrain(): Promise<boolean> {
    return access(this.path + REQUEST).then(
      () => true,
      () => false,
    );
  }

  async leave(): Promise<void> {
    await removeEntry(this.path);
    await this.file?.close();
  }
}

/** The workers that are alive. Files of those that are not are removed. */
export async function spoolWorkers(spoolDirectory: string): Promise<SpoolWorker[]> {
  const folder = folderOf(spoolDirectory);
  const workers: SpoolWorker[] = [];
  for (const name of await orIfAbsent<string[]>(readdir(folder), [])) {
    const [, role, pid] = NAME.exec(name) ?? [];
    if (role === undefined || !(await isAlive(join(folder, name)))) continue;
    workers.push({ role: role as SpoolRole, pid: Number(pid), name });
  }
  return workers;
}

/** Asks a worker to take nothing new, and to end once nothing is left to be done; it looks about once a second. */
export async function askToDrain(spoolDirectory: string, { name }: SpoolWorker): Promise<void> {
  await writeFile(join(folderOf(spoolDirectory), name + REQUEST), '');
}

/** Who gets the lock of a worker's file knows that nobody has it. */
async function isAlive(path: string): Promise<boolean> {
  const file = await lockOf(path, 0);
  if (file === 'held') return true;
  if (file === undefined || file === 'none') return false;
  await removeEntry(path);
  await file.close();
  return false;
}

async function removeEntry(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(path + REQUEST, { force: true });
}

/** The locked file; undefined if there is none; `held` if another process has it for all that time; `none` if there are no locks. */
async function lockOf(path: string, limitMs: number): Promise<FileHandle | 'held' | 'none' | undefined> {
  try {
    return await openLocked(path, limitMs);
  } catch (error) {
    if (!(error instanceof FileLockError)) throw error;
    return error.reason === 'held' ? 'held' : 'none';
  }
}
