/**
 * What a show, a cue and a plan report about themselves: counters and the failed few, never a list that grows
 * with the show.
 */
import type { CueTask } from './show-plan.js';

/** Variants by outcome. */
export interface VariantCounts {
  readonly stored: number;
  readonly degraded: number;
  readonly failed: number;
}

/** A variant that could not be generated, and why. */
export interface VariantFailure {
  readonly cueId: string;
  readonly variantId: number;
  readonly reason: string;
}

/** At most this many failures, the latest, are kept with their reasons; beyond it only the count grows. */
export const MAX_REPORTED_FAILURES = 20;

/** Result of PregenerateVariant. */
export interface VariantResult {
  readonly status: 'stored' | 'degraded';
  /** Previews that are missing from a degraded variant. */
  readonly missingSteps: readonly number[];
}

/** Result of PregenerateCue, and its progress while it runs. */
export interface CueProgress extends VariantCounts {
  readonly cueId: string;
  readonly total: number;
  readonly inFlight: readonly number[];
  readonly failures: readonly VariantFailure[];
}

/** A cue with the variants of it that are still to be generated. */
export interface PlannedCue {
  readonly task: CueTask;
  readonly variantIds: readonly number[];
  /** Variants of which some object is stored already: their timing.json is withdrawn before anything is written. */
  readonly partial: readonly number[];
}

/** One page of a plan, small enough for a payload. */
export interface PlanPage {
  readonly cues: readonly PlannedCue[];
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

/** What PregenerateShow says of itself when asked. */
export interface ShowProgress extends VariantCounts {
  readonly phase: 'planning' | 'running' | 'paused' | 'done';
  /** Variants that this run answers for: the whole show, unless part of it was selected. */
  readonly planned: number;
  /** Of these, stored before this run. */
  readonly skipped: number;
  /** Cue ids whose workflows are running. */
  readonly cuesInFlight: readonly string[];
  /** Ids of cues that somebody has paused; absent if there are none. */
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
