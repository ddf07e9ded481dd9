/**
 * The folder with the merged models of a machine, each named by the digest of its sources. A copy is whole if it has a manifest
 * with the digest of its files. An interrupted merge or removal leaves no whole copy: the manifest is written last and removed
 * first.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { directoryDigest } from '../../diffusion/model-directory/digest.js';
import { CopyLock } from './copy-lock.js';

const manifestSchema = z.object({
  /** Digest of the files of the copy. */
  content: z.string(),
  /** Disk space in bytes, without linked parts. */
  bytes: z.number(),
});

/** The manifest as it is written; the sources are for information only. */
export interface Manifest extends z.output<typeof manifestSchema> {
  readonly base: string;
  readonly loras: readonly { readonly path: string; readonly sha256: string; readonly scale: number }[];
}

export const lockPath = (folder: string, digest: string): string => join(folder, `${digest}.lock`);
export const copyPath = (folder: string, digest: string): string => join(folder, digest);
export const draftPath = (folder: string, digest: string): string => join(folder, `${digest}.partial`);
/** Model directory of a copy or draft. */
export const modelPath = (copy: string): string => join(copy, 'model');
export const manifestPath = (copy: string): string => join(copy, 'merged.json');

/** Whether a copy exists and is undamaged. Each process reads it once, and again only after changes. */
export async function isWhole(copy: string): Promise<boolean> {
  const manifest = await readManifest(copy);
  if (manifest === undefined) return false;
  return (await directoryDigest(modelPath(copy)).catch(() => undefined)) === manifest.content;
}

async function readManifest(copy: string): Promise<z.output<typeof manifestSchema> | undefined> {
  const text = await readFile(manifestPath(copy), 'utf8').catch(() => '');
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Removes the manifest first, so that an interrupted removal leaves no whole copy. */
export async function removeCopy(copy: string): Promise<void> {
  await rm(manifestPath(copy), { force: true });
  await rm(copy, { recursive: true, force: true });
}

/**
 * Removes unused copies, the least recently used first, until the others and `bytes` more fit the budget; also the remains of
 * interrupted merges. Copies in use stay, even over the budget.
 */
export async function makeRoom(folder: string, bytes: number, budgetBytes: number): Promise<void> {
  const copies = await copiesIn(folder);
  let taken = copies.reduce((sum, one) => sum + one.bytes, bytes);
  for (const { digest, bytes: own, isGarbage } of copies)
    if ((isGarbage || taken > budgetBytes) && (await removeIfIdle(folder, digest))) taken -= own;
}

interface StoredCopy {
  readonly digest: string;
  readonly bytes: number;
  readonly isGarbage: boolean;
}

/** Copies and drafts, the least recently used first. */
async function copiesIn(folder: string): Promise<StoredCopy[]> {
  const names = (await readdir(folder)).map((name) => /^([0-9a-f]{64})(\.partial)?$/.exec(name));
  const found = await Promise.all(
    names.flatMap((match) => {
      const [name, digest, draft] = match ?? [];
      return name === undefined || digest === undefined
        ? []
        : [look(folder, name, digest, draft !== undefined)];
    }),
  );
  return found.sort((a, b) => a.usedMs - b.usedMs);
}

async function look(folder: string, name: string, digest: string, isDraft: boolean) {
  const manifest = isDraft ? undefined : await readManifest(join(folder, name));
  const used = await stat(lockPath(folder, digest)).catch(() => undefined);
  return {
    digest,
    bytes: manifest?.bytes ?? 0,
    isGarbage: manifest === undefined,
    usedMs: used?.mtimeMs ?? 0,
  };
}

/** Removes copy, draft and lock file, unless a process uses them. */
async function removeIfIdle(folder: string, digest: string): Promise<boolean> {
  const lock = await CopyLock.open(lockPath(folder, digest));
  try {
    if (!(await lock.takeExclusive())) return false;
    await removeCopy(copyPath(folder, digest));
    await rm(draftPath(folder, digest), { recursive: true, force: true });
    await rm(lockPath(folder, digest), { force: true });
    return true;
  } finally {
    await lock.close();
  }
}
