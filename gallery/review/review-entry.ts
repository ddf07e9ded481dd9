/**
 * The review of a cue, a part of its entry in the index: people's decisions, stale variants and takes. Pure data, shared by server
 * and page.
 */
import type { Readiness } from '../../domain/readiness.js';

export interface CueReview {
  /** Absent if no bundle has the cue. */
  readonly counts?: Readiness;
  /** Variants with a decision, a take or a stale image, in ascending order. */
  readonly variants: readonly VariantReview[];
}

export interface VariantReview {
  readonly variantId: number;
  readonly verdict?: 'approved' | 'rejected';
  /** The decision was about another picture than the one in its place now, which is undecided. */
  readonly replaced?: true;
  readonly note?: string;
  /** Seed of the chosen take; absent if no take was chosen. */
  readonly seed?: number;
  /** Why the image is stale, in words; absent if it is not. */
  readonly stale?: readonly string[];
  /** Seeds of its takes beside the chosen one, in ascending order. */
  readonly takes?: readonly number[];
}

/** A decision that a person wants to make; an absent field stays as it is, null clears it. */
export interface WantedDecision {
  readonly variantId: number;
  readonly verdict?: 'approved' | 'rejected' | null;
  readonly note?: string | null;
  /** Stamp in the index of the picture that was seen. */
  readonly stamp: string;
  /** The decision that the page showed before. */
  readonly seen: { readonly verdict: 'approved' | 'rejected' | null; readonly seed: number | null };
}
