/**
 * Names and types of everything that can be asked of, or told to, a running workflow; and of the workflows
 * themselves. Client and workflows share this file, so neither can drift.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { FailureBudget } from './failure-budget.js';
import type { Patience } from './patience.js';
import type { CueProgress, ShowPlan, ShowProgress, VariantResult } from './progress.js';
import type { RenditionRequest } from './rendition.js';
import type { CueTask } from './show-plan.js';
import type { ShowSelection } from './show-selection.js';
import type { ShowState } from './show-state.js';

export const WORKFLOW_TYPES = {
  show: 'PregenerateShow',
  scheduledShow: 'PregenerateScheduledShow',
  cue: 'PregenerateCue',
  variant: 'PregenerateVariant',
} as const;

export interface PregenerateShowInput {
  readonly project: string;
  readonly version: string;
  /** Where the show bundle lies in the store. */
  readonly bundleKey: string;
  /** Variants in flight at once, at most {@link MAX_WINDOW}. */
  readonly window: number;
  readonly patience?: Patience;
  /** A plan whose pages are in the store already, such as that of a repair; without one, the show plans itself. */
  readonly plan?: ShowPlan;
  /** What of the show is generated; everything that is missing unless given. */
  readonly selection?: ShowSelection;
  /** More failures than this pause the show; without it nothing does. */
  readonly maxFailures?: FailureBudget;
  /** What the execution before this one knew; only a continued execution has it. */
  readonly state?: ShowState;
}

/** With one cue per variant in the worst case, twice as many children are pending: 500, a quarter of the server's limit. */
export const MAX_WINDOW = 250;

export interface PregenerateCueInput {
  readonly task: CueTask;
  readonly variantIds: readonly number[];
  readonly partial: readonly number[];
  /** Variants in flight at once. */
  readonly window: number;
  /** Rank of `window` among what the show says of it; see {@link cueWindowSignal}. */
  readonly windowOrder?: number;
  /** Which run of the cue this is to its show; its messages carry it. Absent if no show started it. */
  readonly run?: number;
  readonly patience: Patience;
  /** Tell the show of each failure at once, because it has a failure budget. */
  readonly reportFailures?: boolean;
  /** What the execution before this one had done; only a continued execution has it. */
  readonly done?: CueProgress;
}

export interface PregenerateVariantInput {
  readonly request: RenditionRequest;
  /** Some object of the variant is stored already: timing.json is withdrawn before anything is written. */
  readonly replaces: boolean;
  readonly patience: Patience;
}

/** The workflows as functions, for typed handles without importing their code. */
export type ShowWorkflow = (input: PregenerateShowInput) => Promise<ShowProgress>;
export type CueWorkflow = (input: PregenerateCueInput) => Promise<CueProgress>;
export type VariantWorkflow = (input: PregenerateVariantInput) => Promise<VariantResult>;

export const showProgressQuery = defineQuery<ShowProgress>('progress');
export const cueProgressQuery = defineQuery<CueProgress>('progress');

/** Starts no further variants; those in flight finish. */
export const pauseUpdate = defineUpdate<void, []>('pause');
export const resumeUpdate = defineUpdate<void, []>('resume');
/** The same for one cue, which gives its slots to the others; one that has not begun waits for its turn in vain. */
export const pauseCueUpdate = defineUpdate<void, [{ cueId: string }]>('pauseCue');
export const resumeCueUpdate = defineUpdate<void, [{ cueId: string }]>('resumeCue');
/** Changes how many variants are in flight at once. */
export const setWindowUpdate = defineUpdate<void, [number]>('setWindow');
/** Generates what failed again, after the rest of the show, and goes on if the show is paused. Returns how many have failed so far. */
export const retryFailedUpdate = defineUpdate<number, []>('retryFailed');
/** Goes on by another edition of the show: cues in flight end as they began, then the show is planned anew. */
export const acceptChangesUpdate = defineUpdate<void, [{ bundleKey: string }]>('acceptChanges');

/**
 * From show to cue: how many variants it may have in flight from now on; 0 pauses it. Signals may overtake each
 * other on their way: `order` rises with each, and an older one that arrives late is ignored.
 */
export const cueWindowSignal = defineSignal<[{ window: number; order: number }]>('cueWindow');

/** Who speaks: a cue may run again while a message of its last run is still on its way. */
export interface CueSpeaker {
  readonly cueId: string;
  readonly run: number;
}

/** From cue to show: how many of its variants have failed so far. */
export const cueFailuresSignal = defineSignal<[CueSpeaker & { failed: number }]>('cueFailures');
/** From cue to show, once: all its variants are started, and no more than this many are still in flight. */
export const cueTailSignal = defineSignal<[CueSpeaker & { inFlight: number }]>('cueTail');
