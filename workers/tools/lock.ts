/**
 * Keeps two processes from building the same tool at the same time.
 *
 * The lock is a file with the owner's process id; an owner that died is noticed, so a killed build locks nobody out.
 * Should two processes break the same stale lock at once, both build, and the second rename replaces equal by equal:
 * the lock saves minutes of CPU, correctness rests on the rename.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../../domain/system-error.js';

/** Short against a build, long against a file system. In milliseconds. */
const POLL_MS = 300;

/** Runs `work` while holding the lock; `onWaiting` is called once if another process has it. */
export async function withLock<T>(path: string, onWaiting: () => void, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; !(await take(path)); attempt += 1) {
    if (attempt === 0) onWaiting();
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  if (await create(path)) return true;
  if (await ownerLives(path)) return false;
  await rm(path, { force: true });
  return create(path);
}

/** Links a file that already has its content into place, so that no lock is ever seen without its owner. */
async function create(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, String(process.pid));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function ownerLives(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  // Just released: ask again.
  if (text === undefined) return true;
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
