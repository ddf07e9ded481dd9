/**
 * Which stored images are no longer what the show asks for, and why: their records against the show's tasks, in one listing.
 * An image without a record (of an earlier version) is not judged.
 */
import { isRejected, pictureOf, verdictOn } from '../domain/decisions.js';
import {
  changedParts,
  type FingerprintPart,
  fingerprintOf,
  type ModelDigests,
} from '../domain/fingerprint.js';
import { type Inventory, isStored } from '../domain/inventory.js';
import type { ShowAddress } from '../domain/object-keys.js';
import type { CueTask } from '../domain/show-plan.js';
import type { ObjectStore, StoreCallOptions } from '../storage/object-store.js';
import type { ShowDecisions } from './decisions.js';
import { listRecords, type RecordedImage } from './records.js';

/** What has changed; `chosen take` if another take was chosen and is not in place yet. */
export type StaleReason = FingerprintPart | 'chosen take';

/** Reasons by cue id, then by variant. */
export type StaleVariants = ReadonlyMap<string, ReadonlyMap<number, readonly StaleReason[]>>;

export interface StoredShow {
  readonly inventory: Inventory;
  readonly decisions: ShowDecisions;
}

/** What the records of a show tell. */
export interface RecordedShow {
  /** Stored, not rejected, and not what the show asks for. */
  readonly stale: StaleVariants;
  /** `cue/variant` of those in whose place another picture is than the one that was approved. */
  readonly replaced: ReadonlySet<string>;
}

/** Those of the show's stored variants, rejected ones left out, that are stale. */
export const findStale = async (...of: Parameters<typeof readRecordedShow>): Promise<StaleVariants> =>
  (await readRecordedShow(...of)).stale;

/** Reads the records of a show once. */
export async function readRecordedShow(
  store: ObjectStore,
  show: ShowAddress,
  tasks: readonly CueTask[],
  { inventory, decisions }: StoredShow,
  modelDigests: ModelDigests = {},
  options: StoreCallOptions = {},
): Promise<RecordedShow> {
  const judges = new Map(
    tasks.map((task) => [task.cueId, staleJudge(task, { inventory, decisions }, modelDigests)]),
  );
  const stale = new Map<string, Map<number, readonly StaleReason[]>>();
  const replaced = new Set<string>();
  for await (const image of listRecords(store, show, undefined, options)) {
    if (isReplaced(image, decisions)) replaced.add(`${image.cueId}/${image.variantId}`);
    const reasons = judges.get(image.cueId)?.(image) ?? [];
    if (reasons.length === 0) continue;
    stale.set(image.cueId, (stale.get(image.cueId) ?? new Map()).set(image.variantId, reasons));
  }
  return { stale, replaced };
}

/** Another picture lies in the place of the one that was approved. */
export function isReplaced({ cueId, variantId, record }: JudgedImage, decisions: ShowDecisions): boolean {
  const decision = decisions.get(cueId)?.get(variantId);
  return decision?.verdict === 'approved' && verdictOn(decision, pictureOf(record)) === undefined;
}

/** How many variants there are for each reason; a variant with two reasons counts in both. */
export function countReasons(stale: StaleVariants): Map<StaleReason, number> {
  const counts = new Map<StaleReason, number>();
  for (const cue of stale.values())
    for (const reasons of cue.values())
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

export const countStale = (stale: StaleVariants): number =>
  [...stale.values()].reduce((sum, { size }) => sum + size, 0);

/** An image as its record tells of it. */
export type JudgedImage = Pick<RecordedImage, 'cueId' | 'variantId' | 'record'>;

/** Says why images of one cue are stale; nothing of those that are not, or are not judged. */
export function staleJudge(
  task: CueTask,
  stored: StoredShow,
  modelDigests: ModelDigests = {},
): (image: JudgedImage) => readonly StaleReason[] {
  const expected = fingerprintOf(task.settings, modelDigests[task.settings.model.name]);
  return (image) => (isJudged(image, task, stored) ? reasonsOf(image, expected, stored.decisions) : []);
}

/** Latents are not kept, so previews cannot be made without the image: it comes out the same. */
export const wordsOfReason = (reason: StaleReason): string =>
  reason === 'preview style'
    ? 'preview style changed (needs the model; the final image stays the same)'
    : reason === 'chosen take'
      ? 'another take was chosen'
      : `${reason} changed`;

function isJudged(
  { cueId, variantId }: JudgedImage,
  { variants, settings }: CueTask,
  { inventory, decisions }: StoredShow,
): boolean {
  const isWhole = isStored(inventory.get(cueId)?.get(variantId), settings.previews);
  return isWhole && variantId <= variants && !isRejected(decisions.get(cueId), variantId);
}

function reasonsOf(
  { cueId, variantId, record }: JudgedImage,
  expected: string,
  decisions: ShowDecisions,
): StaleReason[] {
  const seed = decisions.get(cueId)?.get(variantId)?.seed;
  const isAnotherTake = seed !== undefined && seed !== record.seed;
  return [
    ...changedParts(record.fingerprint, expected),
    ...(isAnotherTake ? (['chosen take'] as const) : []),
  ];
}
