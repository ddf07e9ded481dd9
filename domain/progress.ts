/**
 * What a show and its pages report about themselves: counters and the failed few, never a list that grows with the
 * show.
 */
import type { VariantRange } from './variant-ranges.js';

/** Variants by what has become of them, each counted once. */
export interface VariantCounts {
  /** Generated and stored by this run, all objects of them. */
  readonly stored: number;
  /** The same, with previews missing. */
  readonly degraded: number;
  readonly failed: number;
  /** An operator cancelled the variant, or its cue. */
  readonly cancelled: number;
  /** Found stored: before this run, or meanwhile by another one. */
  readonly skipped: number;
}

export const NO_VARIANTS: VariantCounts = { stored: 0, degraded: 0, failed: 0, cancelled: 0, skipped: 0 };

export const addCounts = (a: VariantCounts, b: VariantCounts): VariantCounts => ({
  stored: a.stored + b.stored,
  degraded: a.degraded + b.degraded,
  failed: a.failed + b.failed,
  cancelled: a.cancelled + b.cancelled,
  skipped: a.skipped + b.skipped,
});

export const subtractCounts = (a: VariantCounts, b: VariantCounts): VariantCounts => ({
  stored: a.stored - b.stored,
  degraded: a.degraded - b.degraded,
  failed: a.failed - b.failed,
  cancelled: a.cancelled - b.cancelled,
  skipped: a.skipped - b.skipped,
});

/** All that has ended. */
export const sumOf = ({ stored, degraded, failed, cancelled, skipped }: VariantCounts): number =>
  stored + degraded + failed + cancelled + skipped;

/** One variant, within its show. */
export interface VariantName {
  readonly cueId: string;
  readonly variantId: number;
}

/** A part of a show: one cue, or one variant of it. */
export interface CuePart {
  readonly cueId: string;
  readonly variantId?: number;
}

/** A variant that could not be generated, and why. */
export interface VariantFailure extends VariantName {
  readonly reason: string;
}

/** At most this many failures, the latest, are kept with their reasons; beyond it only the count grows. */
export const MAX_REPORTED_FAILURES = 20;

export const latestFailures = (failures: readonly VariantFailure[]): VariantFailure[] =>
  failures.slice(-MAX_REPORTED_FAILURES);

/** Result of PregenerateVariant. */
export interface VariantResult {
  /** `skipped`: it was found stored when its turn came. */
  readonly status: 'stored' | 'degraded' | 'skipped';
  /** Previews that are missing from a degraded variant. */
  readonly missingSteps: readonly number[];
}

/** What `planShow` returns: where the pages are and what they add up to. */
export interface ShowPlan {
  readonly planId: string;
  readonly pages: number;
  readonly cues: number;
  /** Variants that the run answers for: those found stored and those on the pages. The whole show, unless part of it was selected. */
  readonly variants: number;
  /** Of these, found stored: skipped. */
  readonly stored: number;
}

/** Variants of a cue that a page has given back. */
export interface CueRest {
  readonly cueId: string;
  readonly variants: readonly VariantRange[];
}

/** Result of PregeneratePage. Counts and rest add up to what the page was given. */
export interface PageResult {
  readonly counts: VariantCounts;
  readonly failures: readonly VariantFailure[];
  /** Not begun, because the page was told to stop or because the cue is paused. */
  readonly rest: readonly CueRest[];
}

/** What PregeneratePage says of itself when asked. */
export interface PageProgress {
  readonly counts: VariantCounts;
  readonly failures: readonly VariantFailure[];
  readonly inFlight: readonly VariantName[];
  /** Not begun yet. */
  readonly waiting: number;
}

/** A running page as its show knows it. */
export interface PageInFlight {
  readonly workflowId: string;
  /** As it has reported; it may be half a minute further. Part of the show's own counts. */
  readonly counts: VariantCounts;
}

/** What PregenerateShow says of itself when asked. */
export interface ShowProgress extends VariantCounts {
  readonly phase: 'planning' | 'running' | 'paused' | 'done';
  /** Variants that this run answers for: the whole show, unless part of it was selected. */
  readonly planned: number;
  /** Id of the run whose counts these are: that of its first execution. */
  readonly runId: string;
  /** The pages that are running. */
  readonly pagesInFlight: readonly PageInFlight[];
  /** Ids of cues that an operator has paused; absent if there are none. */
  readonly pausedCues?: readonly string[];
  readonly failures: readonly VariantFailure[];
  /** ISO 8601 time at which the run (of all its continued executions) began to generate. */
  readonly startedAt?: string;
  /** How long the run has been paused in all. */
  readonly pausedSeconds: number;
  /** Why the show paused by itself, if it did. */
  readonly pausedBecause?: string;
  readonly window: number;
}
