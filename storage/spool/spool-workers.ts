/**
 * The worker processes that are at work on a spool, and how one is asked to drain. Each keeps a file under `workers/` locked: the lock is
 * the kernel's and ends with its process, however that dies, so a file without a lock is nobody's. The request is a file as well, so
 * it reaches processes in other containers that share the folder.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../domain/system-error.js';

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

const folderOf = (spoolDirectory: string): string => join(spoolDirectory, 'workers');

/** This process's entry among the workers of a spool. */
export class SpoolMembership {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async join(spoolDirectory: string, role: SpoolRole): Promise<SpoolMembership> {
    const folder = folderOf(spoolDirectory);
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${role}-${process.pid}-${randomUUID().slice(0, 8)}`);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    await tryLock(file);
    return new SpoolMembership(path, file);
  }

  async isAskedToDrain(): Promise<boolean> {
    return access(this.path + REQUEST).then(
      () => true,
      () => false,
    );
  }

  async leave(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.path + REQUEST, { force: true });
    await this.file.close();
  }
}

/** The workers that are alive. Files of those that are not are removed. */
export async function spoolWorkers(spoolDirectory: string): Promise<SpoolWorker[]> {
  const folder = folderOf(spoolDirectory);
  const names = await readdir(folder).catch((error) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  const workers: SpoolWorker[] = [];
  for (const name of names) {
    const [, role, pid] = NAME.exec(name) ?? [];
    if (role === undefined) continue;
    if (await isAlive(join(folder, name))) workers.push({ role: role as SpoolRole, pid: Number(pid), name });
  }
  return workers;
}

/** Asks a worker to take nothing new, and to end once nothing is left to be done; it looks about once a second. */
export async function askToDrain(spoolDirectory: string, { name }: SpoolWorker): Promise<void> {
  await writeFile(join(folderOf(spoolDirectory), name + REQUEST), '');
}

/** Who gets the lock of a worker's file knows that nobody has it. */
async function isAlive(path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDWR).catch(() => undefined);
  if (file === undefined) return false;
  try {
    if (!(await tryLock(file))) return true;
    await rm(path, { force: true });
    await rm(path + REQUEST, { force: true });
    return false;
  } finally {
    await file.close();
  }
}

/** Loaded when it is needed: everything else works where there is no build of it. */
async function tryLock(file: FileHandle): Promise<boolean> {
  const locks = await import('fs-native-extensions').catch(() => undefined);
  return locks?.tryLock(file.fd) ?? false;
}
