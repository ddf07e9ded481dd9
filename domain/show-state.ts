/**
 * What a show workflow hands to its next execution when it continues as new: counters and a place in the plan. Nothing
 * runs at that moment, so nothing that runs is ever handed over. Its size does not grow with the show.
 */
import type { CuePart, CueRest, ShowPlan, VariantCounts, VariantFailure } from './progress.js';

/** A page that was begun and gave some of its variants back. */
export interface PageRest {
  /** Number of the page in the plan, from 0. */
  readonly page: number;
  readonly cues: readonly CueRest[];
}

export interface ShowState {
  readonly plan: ShowPlan;
  /** The first page that has not been begun. */
  readonly nextPage: number;
  /** To be begun before that. */
  readonly rests: readonly PageRest[];
  /** Pages begun in all, so that no two have the same workflow id. */
  readonly pagesBegun: number;
  /** Variants that the run answers for. */
  readonly planned: number;
  readonly counts: VariantCounts;
  readonly failures: readonly VariantFailure[];
  readonly startedAt: string;
  readonly window: number;
  readonly pause: PauseState;
  /** Ids of cues that an operator has paused. */
  readonly pausedCues: readonly string[];
  /** What an operator has cancelled. */
  readonly cancelled: readonly CuePart[];
  /** Failures that an operator has seen and gone on from: they use up no budget. */
  readonly forgiven: number;
  /** An operator wants another round when this one is through. */
  readonly nextRound: NextRound;
  /** The run has been planned once more because its counts did not add up. */
  readonly recounted: boolean;
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
