/**
 * Finds or makes the merged copy of a model and LoRAs on this machine. If another process is making it, this one waits. The copy
 * cannot be removed until it is released.
 */
import { mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError } from '../../diffusion/errors.js';
import { mergedBytes, mergeModel } from '../../diffusion/lora/merging/merge-model.js';
import { type MergePlan, planMerge } from '../../diffusion/lora/plan-merge.js';
import { directoryDigest } from '../../diffusion/model-directory/digest.js';
import { cacheFolder } from '../../files/cache-folder.js';
import { CopyLock } from './copy-lock.js';
import {
  copyPath,
  draftPath,
  isWhole,
  lockPath,
  type Manifest,
  makeRoom,
  manifestPath,
  modelPath,
  removeCopy,
} from './merged-folder.js';
import { type MergedIdentity, readIdentity } from './merged-identity.js';

/** Folder and budget of the merged models of a machine. */
export interface MergedModels {
  /** Undefined: a folder in the user's cache. */
  readonly folder?: string | undefined;
  /** Undefined: no limit. */
  readonly budgetBytes?: number | undefined;
}

export interface HeldCopy {
  /** A model directory. */
  readonly directory: string;
  /** Allows other processes to remove it. */
  release(): Promise<void>;
}

export interface TakeOptions extends MergedModels {
  /** Threads of ONNX Runtime, which computes the products. */
  readonly threads?: number | undefined;
  /** Free disk space; undefined: as reported by the system. */
  readonly freeBytes?: number | undefined;
  /** Called before a merge with the disk space that it needs. */
  readonly onMerging?: ((bytes: number) => void) | undefined;
}

/** Interval between two looks at the lock of another process, in milliseconds: merging takes seconds to minutes. */
const LOOK_MS = 200;
/** How long to wait while another process uses a damaged copy. */
const DAMAGED_LIMIT_MS = 30_000;

/**
 * @throws ModelError if the LoRAs do not fit the model, or a copy does not fit the budget; an Error with the code ENOSPC if the
 *   disk is   too full; what the system says if a file cannot be read or written
 */
export async function takeCopy(identity: MergedIdentity, options: TakeOptions = {}): Promise<HeldCopy> {
  const folder = options.folder ?? join(cacheFolder(), 'merged-models');
  await mkdir(folder, { recursive: true });
  const copy = copyPath(folder, identity.digest);
  for (const began = performance.now(); ; await sleep(LOOK_MS)) {
    const lock = await CopyLock.open(lockPath(folder, identity.digest));
    const found = await lookOnce(lock, folder, identity, options).catch(async (error: unknown) => {
      await lock.close();
      throw error;
    });
    if (found === 'there') return { directory: modelPath(copy), release: () => lock.close() };
    await lock.close();
    if (found === 'damaged' && performance.now() - began > DAMAGED_LIMIT_MS) throw damagedElsewhere(copy);
  }
}

const damagedElsewhere = (copy: string): Error =>
  new Error(`the merged model in ${copy} is damaged, and another process uses it: stop that process`);

/** `there`: whole, and the lock is held. `damaged`: another process uses it. `busy`: another process makes or removes it. */
async function lookOnce(
  lock: CopyLock,
  folder: string,
  identity: MergedIdentity,
  options: TakeOptions,
): Promise<'there' | 'damaged' | 'busy'> {
  const copy = copyPath(folder, identity.digest);
  if (await lock.takeExclusive()) {
    if (!(await isWhole(copy))) await makeOrNothing(identity, folder, options);
    await lock.noteUse();
    return (await lock.takeShared()) ? 'there' : 'busy';
  }
  if (!(await lock.takeShared())) return 'busy';
  if (!(await isWhole(copy))) return 'damaged';
  await lock.noteUse();
  return 'there';
}

/** A failed merge leaves no lock file; the lock is held, so no other process relies on it. */
async function makeOrNothing(identity: MergedIdentity, folder: string, options: TakeOptions): Promise<void> {
  try {
    await make(identity, folder, options);
  } catch (error) {
    await rm(lockPath(folder, identity.digest), { force: true });
    throw error;
  }
}

async function make(identity: MergedIdentity, folder: string, options: TakeOptions): Promise<void> {
  const { base, loras, digest } = identity;
  const plan = await planMerge(base, loras);
  const bytes = await mergedBytes(plan);
  const [copy, draft] = [copyPath(folder, digest), draftPath(folder, digest)];
  // A damaged copy, and the remains of an interrupted merge.
  await removeCopy(copy);
  await rm(draft, { recursive: true, force: true });
  await findRoom(plan, bytes, folder, options);
  options.onMerging?.(bytes);
  try {
    await mkdir(modelPath(draft), { recursive: true });
    await mergeModel(plan, modelPath(draft), options.threads);
    await requireUnchanged(identity);
    const content = await directoryDigest(modelPath(draft));
    await writeManifest(draft, { base, loras, content, bytes });
    await rename(draft, copy);
    await syncFolder(dirname(copy));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function findRoom(
  { directory }: MergePlan,
  bytes: number,
  folder: string,
  { budgetBytes = Number.POSITIVE_INFINITY, freeBytes }: TakeOptions,
): Promise<void> {
  if (bytes > budgetBytes)
    throw new ModelError(directory, [
      `with its LoRAs merged it takes ${gib(bytes)} of disk, and PREGEN_MERGED_BUDGET_GIB allows ${gib(budgetBytes)}: raise it`,
    ]);
  await makeRoom(folder, bytes, budgetBytes);
  const free = freeBytes ?? (await freeIn(folder));
  if (bytes > free) throw new FullDiskError(bytes, free, folder);
}

/** The disk has too little space; thrown before anything is written. */
class FullDiskError extends Error {
  override readonly name = 'FullDiskError';
  /** The code of a write to a full disk. */
  readonly code = 'ENOSPC';

  constructor(bytes: number, free: number, folder: string) {
    super(
      `a model with LoRAs merged takes ${gib(bytes)} of disk, and ${gib(free)} are free in ${folder} (PREGEN_MERGED_MODELS)`,
    );
  }
}

async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

/** The digest is of the files that were read before the merge. */
async function requireUnchanged({ base, loras, digest }: MergedIdentity): Promise<void> {
  const now = await readIdentity(base, loras);
  if (now.digest !== digest)
    throw new Error(`the model in ${base}, or a LoRA, has changed while it was merged`);
}

async function writeManifest(draft: string, manifest: Manifest): Promise<void> {
  const file = await open(manifestPath(draft), 'wx');
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(draft);
}

async function syncFolder(folder: string): Promise<void> {
  const file = await open(folder, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
