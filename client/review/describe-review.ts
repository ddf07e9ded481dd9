/**
 * A review in words: the sentence that says how far the show is from being shown, and what of it is stale, and why.
 */
import type { ShowReview } from '../../bookkeeping/review.js';
import { countReasons, countStale, type StaleReason, wordsOfReason } from '../../bookkeeping/stale.js';
import { type Readiness, readySentence } from '../../domain/readiness.js';

/** For `--json`. */
export interface ReviewCounts {
  readonly approved: number;
  readonly undecided: number;
  readonly rejected: number;
  readonly missing: number;
  readonly stale: number;
  /** How many stale variants there are for each reason; one with two reasons counts in both. */
  readonly staleBecause: Readonly<Partial<Record<StaleReason, number>>>;
}

/** As many lines as a person reads. */
const MAX_CUES = 20;

export const countReview = ({ stale, ...counts }: ShowReview): ReviewCounts => ({
  ...counts,
  stale: countStale(stale),
  staleBecause: Object.fromEntries(countReasons(stale)),
});

/** See `readySentence`; nothing as long as nobody has decided anything. */
export const readyLines = (counts: Readiness): string[] =>
  counts.approved === 0 && counts.rejected === 0 ? [] : [readySentence(counts)];

/** How much is stale, and why; nothing if nothing is. */
export function staleCountLines({ stale, staleBecause }: ReviewCounts): string[] {
  if (stale === 0) return [];
  const reasons = Object.entries(staleBecause).map(([reason, count]) => `${reason} ${count}`);
  return [`${stale} stored but stale (${reasons.join(', ')}); "pregen show plan" names them`];
}

/** What is stale, by cue, and what to do; nothing if nothing is. */
export function staleLines({ stale }: Pick<ShowReview, 'stale'>, file: string): string[] {
  const count = countStale(stale);
  if (count === 0) return [];
  const lines = [...stale].slice(0, MAX_CUES).map(([cueId, variants]) => {
    const numbers = [...variants.keys()].sort((a, b) => a - b).join(', ');
    const reasons = countReasons(new Map([[cueId, variants]]));
    return `  ${cueId} #${numbers}: ${describeReasons([...reasons.keys()])}`;
  });
  const more = stale.size > MAX_CUES ? [`  … and ${stale.size - MAX_CUES} more cues`] : [];
  const remedy = `"pregen show start ${file} --stale" makes them again`;
  return [`${count} stored but stale (${remedy}):`, ...lines, ...more];
}

/** `prompt changed, model changed` */
export const describeReasons = (reasons: readonly StaleReason[]): string =>
  reasons.map(wordsOfReason).join(', ');
