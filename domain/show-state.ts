/**
 * What a show workflow hands to its next execution when it continues as new: counters, a place in the plan and
 * the few cues in flight. Its size does not grow with the show.
 */
import type { ShowPlan, VariantCounts, VariantFailure } from './progress.js';

/** A place in the plan: cue `cue` (from 0) of page `page` (from 0). */
export interface PlanPosition {
  readonly page: number;
  readonly cue: number;
}

/** A cue whose workflow is running. */
export interface CueInFlight {
  readonly cueId: string;
  /** Tells this run of the cue from an earlier one; what it says carries it. */
  readonly run: number;
  readonly position: PlanPosition;
  /** The most variants it can still have in flight. */
  readonly wanted: number;
  /** How many it may have in flight. */
  readonly granted: number;
  /** All its variants are started: its window no longer matters. */
  readonly tail: boolean;
  /** Started by somebody else, perhaps with other variants: it is waited for, then checked, and not cancelled with the show. */
  readonly foreign: boolean;
  /** Variants of it that have failed, as far as it has told. */
  readonly failed: number;
}

export interface ShowState extends VariantCounts {
  readonly plan: ShowPlan;
  /** The first cue that is not started yet. */
  readonly next: PlanPosition;
  readonly cuesInFlight: readonly CueInFlight[];
  readonly failures: readonly VariantFailure[];
  readonly startedAt: string;
  readonly window: number;
  readonly pause: PauseState;
  /** Ids of cues that somebody has paused; absent if there are none. */
  readonly pausedCues?: readonly string[];
  /** Failures that somebody has seen and gone on from: they use up no budget. */
  readonly forgiven: number;
  /** Stored by this run before its present plan was made. */
  readonly storedInEarlierRounds: number;
  /** Somebody wants another round when this one is through. */
  readonly nextRound: NextRound;
}

export interface PauseState {
  /** ISO 8601; absent while the show runs. */
  readonly since?: string;
  /** Absent if a person paused it. */
  readonly because?: string;
  /** Of all pauses before. */
  readonly totalMs: number;
}

/** Why a show is planned once more: to generate what failed again, or by another edition of the show. */
export interface NextRound {
  readonly retry: boolean;
  readonly bundleKey?: string;
}
