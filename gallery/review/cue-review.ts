/**
 * Builds the review of a cue that the index contains, from a listing, the cue's decisions and its task.
 */
import { countCue } from '../../bookkeeping/review.js';
import {
  isReplaced as isAnotherPicture,
  type StaleReason,
  staleJudge,
  wordsOfReason,
} from '../../bookkeeping/stale.js';
import type { CueDecisions } from '../../domain/decisions.js';
import { given } from '../../domain/given.js';
import type { ImageRecord } from '../../domain/image-record.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { FoundShow } from '../store-scan.js';
import type { CueReview, VariantReview } from './review-entry.js';

/** The inputs of a cue's review. */
export interface ReviewedCue {
  readonly cueId: string;
  readonly found: Pick<FoundShow, 'cues' | 'records' | 'takes'>;
  readonly decisions: CueDecisions;
  /** Undefined if no bundle has the cue. */
  readonly task: CueTask | undefined;
}

/** Undefined for a cue without a task whose variants have neither decisions nor takes. Models are compared by their declaration in the show file. */
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
  cue: ReviewedCue,
  variantId: number,
  reasonsOf: (variantId: number, record: ImageRecord) => readonly StaleReason[],
): VariantReview {
  const { cueId, found, decisions } = cue;
  const record = found.records.get(cueId)?.get(variantId);
  const { verdict, note, seed } = decisions.get(variantId) ?? {};
  const stale = record === undefined ? [] : reasonsOf(variantId, record).map(wordsOfReason);
  const takes = (found.takes.get(cueId)?.get(variantId) ?? []).filter((take) => take !== record?.seed);
  return {
    variantId,
    ...given({ verdict, note, seed }),
    ...(isReplaced(cue, variantId) ? { replaced: true } : {}),
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

function countsOf(cue: ReviewedCue, task: CueTask): NonNullable<CueReview['counts']> {
  const { cueId, found, decisions } = cue;
  const replaced = [...decisions.keys()].filter((id) => isReplaced(cue, id));
  const stored = { inventory: found.cues, decisions: new Map([[cueId, decisions]]) };
  const counts = countCue(task, stored, new Set(replaced.map((id) => `${cueId}/${id}`)));
  const { approved, undecided, rejected, missing } = counts;
  return { approved, undecided, rejected, missing };
}

function isReplaced({ cueId, found, decisions }: ReviewedCue, variantId: number): boolean {
  const record = found.records.get(cueId)?.get(variantId);
  const ofShow = new Map([[cueId, decisions]]);
  return record !== undefined && isAnotherPicture({ cueId, variantId, record }, ofShow);
}
