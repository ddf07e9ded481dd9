/**
 * What the index says of a variant's review, and what it means for the picture that lies in its place now.
 */
import type { Readiness } from '../../../domain/readiness.js';
import type { VariantReview } from '../../review/review-entry.js';
import type { CueEntry, VariantEntry } from '../../show-index.js';

export type Verdict = NonNullable<VariantReview['verdict']>;

/** What can be filtered by. */
export const REVIEW_FILTERS = ['approved', 'rejected', 'undecided', 'stale'] as const;
export type ReviewFilter = (typeof REVIEW_FILTERS)[number];

/** A sign beside the colour, never colour alone. */
export const REVIEW_SIGNS = { approved: '★', rejected: '⊘', stale: '↻' } as const;

/** An entry of the index is replaced whole when it changes. */
const byCue = new WeakMap<CueEntry, ReadonlyMap<number, VariantReview>>();

export function reviewOf(cue: CueEntry, variantId: number): VariantReview | undefined {
  const known =
    byCue.get(cue) ?? new Map(cue.review?.variants.map((variant) => [variant.variantId, variant]));
  byCue.set(cue, known);
  return known.get(variantId);
}

/** What is decided of the picture in its place: another one than was approved is undecided. */
export const verdictIn = (review: VariantReview | undefined): Verdict | undefined =>
  review?.replaced === true ? undefined : review?.verdict;

/** There is a picture to decide on, and nobody has. */
export const isUndecided = (cue: CueEntry, [variantId, , stamp]: VariantEntry): boolean =>
  stamp !== '' && verdictIn(reviewOf(cue, variantId)) === undefined;

export function matchesReview(cue: CueEntry, variant: VariantEntry, filter: ReviewFilter): boolean {
  const review = reviewOf(cue, variant[0]);
  if (filter === 'undecided') return isUndecided(cue, variant);
  return filter === 'stale' ? review?.stale !== undefined : verdictIn(review) === filter;
}

/** Of several cues together; undefined where no show file says what is asked for. */
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
