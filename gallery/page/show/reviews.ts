/**
 * The review of a variant in the index, and the verdict on the picture that is in its place now.
 */
import type { Readiness } from '../../../domain/readiness.js';
import type { VariantReview } from '../../review/review-entry.js';
import type { CueEntry, VariantEntry } from '../../show-index.js';

export type Verdict = NonNullable<VariantReview['verdict']>;

/** Values of the review filter. */
export const REVIEW_FILTERS = ['approved', 'rejected', 'undecided', 'stale'] as const;
export type ReviewFilter = (typeof REVIEW_FILTERS)[number];

/** Signs, so that colour is never the only mark. */
export const REVIEW_SIGNS = { approved: '★', rejected: '⊘', stale: '↻' } as const;

/** A cache: an entry of the index is never changed, but replaced by another object. */
const byCue = new WeakMap<CueEntry, ReadonlyMap<number, VariantReview>>();

export function reviewOf(cue: CueEntry, variantId: number): VariantReview | undefined {
  const known =
    byCue.get(cue) ?? new Map(cue.review?.variants.map((variant) => [variant.variantId, variant]));
  byCue.set(cue, known);
  return known.get(variantId);
}

/** The verdict on the picture in place; undefined if the decision was about another picture. */
export const verdictIn = (review: VariantReview | undefined): Verdict | undefined =>
  review?.replaced === true ? undefined : review?.verdict;

/** Whether there is a picture without a decision. */
export const isUndecided = (cue: CueEntry, [variantId, , stamp]: VariantEntry): boolean =>
  stamp !== '' && verdictIn(reviewOf(cue, variantId)) === undefined;

export function matchesReview(cue: CueEntry, variant: VariantEntry, filter: ReviewFilter): boolean {
  const review = reviewOf(cue, variant[0]);
  if (filter === 'undecided') return isUndecided(cue, variant);
  return filter === 'stale' ? review?.stale !== undefined : verdictIn(review) === filter;
}

/** Readiness of several cues together; undefined if no bundle has them. */
export function readinessOf(cues: readonly CueEntry[]): Readiness | undefined {
  const counts = cues.flatMap(({ review }) => review?.counts ?? []);
  const total = (of: (cue: Readiness) => number): number => counts.reduce((sum, cue) => sum + of(cue), 0);
  if (counts.length === 0) return undefined;
  return {
    approved: total(({ approved }) => approved),
    undecided: total(({ undecided }) => undecided),
    rejected: total(({ rejected }) => rejected),
    missing: total(({ missing }) => missing),
  };
}
