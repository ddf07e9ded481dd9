/**
 * From what a listing has found of a cue, its decisions and what the show asks for, to what the page says of it.
 */
import { countCue } from '../../bookkeeping/review.js';
import { type StaleReason, staleJudge, wordsOfReason } from '../../bookkeeping/stale.js';
import { type CueDecisions, pictureOf, verdictOn } from '../../domain/decisions.js';
import { given } from '../../domain/given.js';
import type { ImageRecord } from '../../domain/image-record.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { FoundShow } from '../store-scan.js';
import type { CueReview, VariantReview } from './review-entry.js';

/** What a review of a cue is made from. */
export interface ReviewedCue {
  readonly cueId: string;
  readonly found: Pick<FoundShow, 'cues' | 'records' | 'takes'>;
  readonly decisions: CueDecisions;
  /** Undefined where no show file says what is asked for. */
  readonly task: CueTask | undefined;
}

/** Undefined if there is nothing to say. Models are judged by what the show file says of them. */
export function reviewCue(cue: ReviewedCue): CueReview | undefined {
  const { cueId, found, decisions, task } = cue;
  const ids = new Set([
    ...decisions.keys(),
    ...(found.records.get(cueId)?.keys() ?? []),
    ...(found.takes.get(cueId)?.keys() ?? []),
  ]);
  const reasonsOf = reasonsIn(cue);
  const variants = [...ids]
    .sort((a, b) => a - b)
    .map((id) => reviewVariant(cue, id, reasonsOf))
    .filter((variant) => Object.keys(variant).length > 1);
  if (task !== undefined) return { counts: countsOf(cue, task), variants };
  return variants.length === 0 ? undefined : { variants };
}

function reviewVariant(
  { cueId, found, decisions }: ReviewedCue,
  variantId: number,
  reasonsOf: (variantId: number, record: ImageRecord) => readonly StaleReason[],
): VariantReview {
  const record = found.records.get(cueId)?.get(variantId);
  const { verdict, note, seed } = decisions.get(variantId) ?? {};
  const stale = record === undefined ? [] : reasonsOf(variantId, record).map(wordsOfReason);
  const takes = (found.takes.get(cueId)?.get(variantId) ?? []).filter((take) => take !== record?.seed);
  return {
    variantId,
    ...given({ verdict, note, seed }),
    ...(isReplaced(decisions, variantId, record) ? { replaced: true } : {}),
    ...(stale.length > 0 ? { stale } : {}),
    ...(takes.length > 0 ? { takes: takes.sort((a, b) => a - b) } : {}),
  };
}

function reasonsIn({
  cueId,
  found,
  decisions,
  task,
}: ReviewedCue): (variantId: number, record: ImageRecord) => readonly StaleReason[] {
  if (task === undefined) return () => [];
  const stored = { inventory: found.cues, decisions: new Map([[cueId, decisions]]) };
  const judge = staleJudge(task, stored);
  return (variantId, record) => judge({ cueId, variantId, record });
}

function countsOf({ cueId, found, decisions }: ReviewedCue, task: CueTask): NonNullable<CueReview['counts']> {
  const records = found.records.get(cueId);
  const replaced = [...decisions.keys()].filter((id) => isReplaced(decisions, id, records?.get(id)));
  const stored = { inventory: found.cues, decisions: new Map([[cueId, decisions]]) };
  const counts = countCue(task, stored, new Set(replaced.map((id) => `${cueId}/${id}`)));
  const { approved, undecided, rejected, missing } = counts;
  return { approved, undecided, rejected, missing };
}

/** Another picture lies in the place of the one that was approved. */
function isReplaced(decisions: CueDecisions, variantId: number, record: ImageRecord | undefined): boolean {
  const decision = decisions.get(variantId);
  return (
    decision?.verdict === 'approved' &&
    record !== undefined &&
    verdictOn(decision, pictureOf(record)) === undefined
  );
}
