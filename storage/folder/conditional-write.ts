/**
 * Writing a file only if it is what the writer believes it is, also when several processes do so at once.
 *
 * That there is none yet is one step of the kernel's, which links a complete file under the name or fails. That it still has a
 * content takes two, comparing and replacing, so it is done under a lock; see file-lock.ts. A process killed in between
 * leaves the old content or the new one, and no lock.
 */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { errnoOf } from '../../domain/system-error.js';
import { createDurably, writeDurably } from '../durable-file.js';
import { openLocked } from './file-lock.js';

/** Who holds the lock writes one small file; as long as an S3 request may take. In milliseconds. */
const LOCK_LIMIT_MS = 15_000;

/** What tells one content from another. */
export const tagOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** Writes `path` durably if nothing is there; false if a file is. */
export async function writeIfAbsent(path: string, body: Buffer, signal?: AbortSignal): Promise<boolean> {
  try {
    await createDurably(path, body, signal);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    const present = await lstat(path).catch(() => undefined);
    // A folder in its place will not go away by reading again.
    if (present?.isFile() === false) throw error;
    return false;
  }
}

/** Writes `path` durably if it is a file whose content has this tag; false if not. */
export async function writeIfTagged(
  path: string,
  body: Buffer,
  tag: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const present = await openLocked(path, LOCK_LIMIT_MS, signal);
  if (present === undefined) return false;
  try {
    if (tagOf(await present.readFile()) !== tag) return false;
    await writeDurably(path, body, signal);
    return true;
  } finally {
    await present.close();
  }
}
