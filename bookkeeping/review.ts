/**
 * How far a show is from being shown: what is approved, undecided, rejected, missing, and what of it is no longer what the
 * show asks for. From the listings that a plan takes anyway, and one more.
 */
import { pictureOf, verdictOn } from '../domain/decisions.js';
import type { ModelDigests } from '../domain/fingerprint.js';
import { isStored } from '../domain/inventory.js';
import type { ShowAddress } from '../domain/object-keys.js';
import type { CueTask } from '../domain/show-plan.js';
import type { ObjectStore, StoreCallOptions } from '../storage/object-store.js';
import { listRecords } from './records.js';
import { findStale, type StaleVariants, type StoredShow } from './stale.js';

/** Of the variants that the show has. */
export interface ShowReview {
  /** Stored, and the very picture that was approved. */
  readonly approved: number;
  /** Stored, and nothing decided of it, or of another picture in its place. */
  readonly undecided: number;
  /** Stored or not: they are never shown. */
  readonly rejected: number;
  /** Neither stored nor rejected. */
  readonly missing: number;
  readonly stale: StaleVariants;
}

export async function reviewShow(
  store: ObjectStore,
  show: ShowAddress,
  tasks: readonly CueTask[],
  stored: StoredShow,
  modelDigests: ModelDigests,
  options: StoreCallOptions = {},
): Promise<ShowReview> {
  const replaced = await replacedPictures(store, show, stored, options);
  const counts = { approved: 0, undecided: 0, rejected: 0, missing: 0 };
  for (const task of tasks)
    for (let variantId = 1; variantId <= task.variants; variantId++)
      counts[stateOf(task, variantId, stored, replaced)] += 1;
  return { ...counts, stale: await findStale(store, show, tasks, stored, modelDigests, options) };
}

function stateOf(
  { cueId, settings }: CueTask,
  variantId: number,
  { inventory, decisions }: StoredShow,
  replaced: ReadonlySet<string>,
): 'approved' | 'undecided' | 'rejected' | 'missing' {
  const verdict = decisions.get(cueId)?.get(variantId)?.verdict;
  if (verdict === 'rejected') return 'rejected';
  if (!isStored(inventory.get(cueId)?.get(variantId), settings.previews)) return 'missing';
  return verdict === 'approved' && !replaced.has(`${cueId}/${variantId}`) ? 'approved' : 'undecided';
}

/** Those in whose place another picture is than the one that was approved. */
async function replacedPictures(
  store: ObjectStore,
  show: ShowAddress,
  { decisions }: StoredShow,
  options: StoreCallOptions,
): Promise<Set<string>> {
  const replaced = new Set<string>();
  if (decisions.size === 0) return replaced;
  for await (const { cueId, variantId, record } of listRecords(store, show, undefined, options)) {
    const decision = decisions.get(cueId)?.get(variantId);
    if (decision?.verdict === 'approved' && verdictOn(decision, pictureOf(record)) === undefined)
      replaced.add(`${cueId}/${variantId}`);
  }
  return replaced;
}
