/**
 * What people have decided of a cue's variants, and what of them is no longer what the show asks for: a part of the cue in the index.
 * Pure data, shared by server and page.
 */
import type { Readiness } from '../../domain/readiness.js';

export interface CueReview {
  /** Absent where no show file says what is asked for. */
  readonly counts?: Readiness;
  /** Those of which there is something to say, in ascending order. */
  readonly variants: readonly VariantReview[];
}

export interface VariantReview {
  readonly variantId: number;
  readonly verdict?: 'approved' | 'rejected';
  /** What was approved is another picture than the one in its place: this one is undecided. */
  readonly replaced?: true;
  readonly note?: string;
  /** Seed of the chosen take, where somebody has chosen. */
  readonly seed?: number;
  /** Why it is no longer what the show asks for, in words. */
  readonly stale?: readonly string[];
  /** Seeds of the takes that lie beside it, in ascending order. */
  readonly takes?: readonly number[];
}

/** A change that somebody wants; what is absent stays, null clears. */
export interface WantedDecision {
  readonly variantId: number;
  readonly verdict?: 'approved' | 'rejected' | null;
  readonly note?: string | null;
  /** Which picture was seen: the stamp that the index gave it. */
  readonly stamp: string;
  /** What held, as far as whoever decides knew. */
  readonly seen: { readonly verdict: 'approved' | 'rejected' | null; readonly seed: number | null };
}
