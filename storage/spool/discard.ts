/**
 * Deleting a folder so that it is there or not there, never half: one rename takes it away, what follows is cleaning.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../domain/system-error.js';
import { syncFolder } from '../durable-file.js';
import { orIfAbsent } from './space.js';

/** Prefix of folders that are being made, beside the ones to be deleted. */
export const DRAFT_PREFIX = 'draft-';
/** A draft takes milliseconds to make, so an older one belongs to a process that died. In milliseconds. */
const DRAFT_LIFETIME_MS = 60 * 60_000;

/** Moves `folder` into `trash` and deletes it there. A folder that is not there is fine. */
export async function discardFolder(folder: string, trash: string): Promise<void> {
  const grave = join(trash, randomUUID());
  try {
    await rename(folder, grave);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  await syncFolder(dirname(folder));
  await rm(grave, { recursive: true, force: true });
}

/** Deletes what a crash left in `trash`; drafts that another process may still be making stay. */
export async function emptyTrash(trash: string): Promise<void> {
  for (const name of await readdir(trash)) {
    const path = join(trash, name);
    const madeAt = await orIfAbsent(
      stat(path).then(({ mtimeMs }) => mtimeMs),
      0,
    );
    const inUse = name.startsWith(DRAFT_PREFIX) && Date.now() - madeAt < DRAFT_LIFETIME_MS;
    if (!inUse) await rm(path, { recursive: true, force: true });
  }
}
