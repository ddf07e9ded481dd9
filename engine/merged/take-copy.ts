/**
 * A model with LoRAs merged into it, on this machine's disk: found where it was made before, by whichever process, or made now. Who wants
 * one that another process is making waits for it. It cannot go while it is held.
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

/** Where merged copies are kept, and how much they may take together. */
export interface MergedModels {
  /** Undefined: in the user's cache. */
  readonly folder?: string | undefined;
  /** Undefined: no limit. */
  readonly budgetBytes?: number | undefined;
}

export interface HeldCopy {
  /** A model directory. */
  readonly directory: string;
  /** Others may remove it after this. */
  release(): Promise<void>;
}

export interface TakeOptions extends MergedModels {
  /** Of ONNX Runtime, which multiplies. */
  readonly threads?: number | undefined;
  /** Called if it has to be made, before that begins, with what it will take on the disk. */
  readonly onMerging?: ((bytes: number) => void) | undefined;
}

/** Between two looks whether another process is done, in milliseconds: merging takes seconds to minutes. */
const LOOK_MS = 200;
/** A damaged copy that another process computes with is not waited for longer. */
const DAMAGED_LIMIT_MS = 30_000;

/**
 * @throws ModelError if the LoRAs do not fit the model, or a copy does not fit the budget; an Error with the code ENOSPC if the disk is
 *   too full; what the system says if a file cannot be read or written
 */
export async function takeCopy(identity: MergedIdentity, options: TakeOptions = {}): Promise<HeldCopy> {
  const folder = options.folder ?? join(cacheFolder(), 'merged-models');
  await mkdir(folder, { recursive: true });
  for (const began = performance.now(); ; await sleep(LOOK_MS)) {
    const lock = await CopyLock.open(lockPath(folder, identity.digest));
    try {
      const found = await lookOnce(lock, folder, identity, options);
      if (found === 'there') {
        await lock.noteUse();
        return { directory: modelPath(copyPath(folder, identity.digest)), release: () => lock.close() };
      }
      if (found === 'damaged' && performance.now() - began > DAMAGED_LIMIT_MS)
        throw new Error(
          `the merged model in ${copyPath(folder, identity.digest)} is damaged, and another process computes with it: stop that one`,
        );
    } catch (error) {
      await lock.close();
      throw error;
    }
    await lock.close();
  }
}

/** `there`: and held. `damaged`: and in use elsewhere. `busy`: somebody is making or removing it. */
async function lookOnce(
  lock: CopyLock,
  folder: string,
  identity: MergedIdentity,
  options: TakeOptions,
): Promise<'there' | 'damaged' | 'busy'> {
  const copy = copyPath(folder, identity.digest);
  if (await lock.takeAlone()) {
    if (!(await isWhole(copy))) await make(identity, folder, options);
    return (await lock.share()) ? 'there' : 'busy';
  }
  if (!(await lock.share())) return 'busy';
  return (await isWhole(copy)) ? 'there' : 'damaged';
}

async function make(identity: MergedIdentity, folder: string, options: TakeOptions): Promise<void> {
  const { base, loras, digest } = identity;
  const plan = await planMerge(base, loras);
  const bytes = await mergedBytes(plan);
  await findRoom(plan, bytes, folder, options.budgetBytes ?? Number.POSITIVE_INFINITY);
  options.onMerging?.(bytes);
  const [copy, draft] = [copyPath(folder, digest), draftPath(folder, digest)];
  await removeCopy(copy);
  await rm(draft, { recursive: true, force: true });
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

async function findRoom(plan: MergePlan, bytes: number, folder: string, budgetBytes: number): Promise<void> {
  if (bytes > budgetBytes)
    throw new ModelError(plan.directory, [
      `with its LoRAs merged it takes ${gib(bytes)} of disk, and PREGEN_MERGED_BUDGET_GIB allows ${gib(budgetBytes)}: raise it`,
    ]);
  await makeRoom(folder, bytes, budgetBytes);
  const { bavail, bsize } = await statfs(folder);
  if (bytes > bavail * bsize)
    throw Object.assign(
      new Error(
        `merging the LoRAs takes ${gib(bytes)} of disk, and ${gib(bavail * bsize)} are free where PREGEN_MERGED_MODELS is (${folder})`,
      ),
      { code: 'ENOSPC' },
    );
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

/** What was merged is what the digest is of. */
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
