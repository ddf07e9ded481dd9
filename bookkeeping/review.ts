/**
 * How far a show is from being shown: what is approved, undecided, rejected, missing, and what of it is no longer what the
 * show asks for. From the listings that a plan takes anyway, and one more.
 */
import type { ModelDigests } from '../domain/fingerprint.js';
import { isStored } from '../domain/inventory.js';
import type { ShowAddress } from '../domain/object-keys.js';
import type { CueTask } from '../domain/show-plan.js';
import type { ObjectStore, StoreCallOptions } from '../storage/object-store.js';
import { readRecordedShow, type StaleVariants, type StoredShow } from './stale.js';

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
  const { stale, replaced } = await readRecordedShow(store, show, tasks, stored, modelDigests, options);
  const counts = tasks.map((task) => countCue(task, stored, replaced));
  const total = (of: (cue: CueCounts) => number): number => counts.reduce((sum, cue) => sum + of(cue), 0);
  return {
    approved: total(({ approved }) => approved),
    undecided: total(({ undecided }) => undecided),
    rejected: total(({ rejected }) => rejected),
    missing: total(({ missing }) => missing),
    stale,
  };
}

/** Of the variants of one cue. */
export interface CueCounts extends Omit<ShowReview, 'stale'> {
  /** Rejected ones included. */
  readonly stored: number;
}

/**
 * Costs what is stored and decided, however many variants the cue has. `replaced`: those (`cue/variant`) in whose place
 * another picture is than the one that was approved.
 */
export function countCue(
  { cueId, variants, settings }: CueTask,
  { inventory, decisions }: StoredShow,
  replaced: ReadonlySet<string> = new Set(),
): CueCounts {
  const found = inventory.get(cueId);
  const isThere = (id: number): boolean => isStored(found?.get(id), settings.previews);
  const stored = [...(found?.keys() ?? [])].filter((id) => id <= variants && isThere(id)).length;
  const decided = [...(decisions.get(cueId) ?? [])].filter(([id]) => id <= variants);
  const rejected = decided.filter(([, { verdict }]) => verdict === 'rejected').map(([id]) => id);
  const approved = decided.filter(
    ([id, { verdict }]) => verdict === 'approved' && isThere(id) && !replaced.has(`${cueId}/${id}`),
  ).length;
  const rejectedStored = rejected.filter(isThere).length;
  return {
    ...{ stored, approved, rejected: rejected.length },
    undecided: stored - approved - rejectedStored,
    missing: variants - stored - (rejected.length - rejectedStored),
  };
}
