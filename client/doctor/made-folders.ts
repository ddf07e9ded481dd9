/**
 * Folders that an examination has made on its way, and that are gone again afterwards: an examination leaves nothing behind.
 */
import { access, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The folder itself, or the one in which it would be made. */
export async function nearestExisting(folder: string): Promise<string> {
  let existing = folder;
  while (!(await exists(existing)) && dirname(existing) !== existing) existing = dirname(existing);
  return existing;
}

/** Does the work, which may make `folder` (absolute); whatever it made on the way there goes, unless somebody has put something into it. */
export async function withoutTrace<T>(folder: string | undefined, work: () => Promise<T>): Promise<T> {
  if (folder === undefined) return work();
  const before = await nearestExisting(folder);
  try {
    return await work();
  } finally {
    await removeEmpty(folder, before);
  }
}

async function removeEmpty(folder: string, before: string): Promise<void> {
  for (let current = folder; current !== before; current = dirname(current)) {
    try {
      await rmdir(current);
    } catch {
      return;
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
