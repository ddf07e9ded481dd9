/**
 * Names and types of everything that can be asked of, or told to, a running workflow; and of the workflows
 * themselves. Client and workflows share this file, so neither can drift.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { FailureBudget } from './failure-budget.js';
import type { VariantAddress } from './object-keys.js';
import type {
  CuePart,
  CueRest,
  PageProgress,
  PageResult,
  ShowPlan,
  ShowProgress,
  VariantCounts,
  VariantFailure,
  VariantResult,
} from './progress.js';
import type { RenditionRequest } from './rendition.js';
import type { RetryLimits } from './retry-limits.js';
import type { ShowSelection } from './show-selection.js';
import type { ShowState } from './show-state.js';

export const WORKFLOW_TYPES = {
  show: 'PregenerateShow',
  scheduledShow: 'PregenerateScheduledShow',
  page: 'PregeneratePage',
  variant: 'PregenerateVariant',
  chooseTake: 'ChooseTake',
} as const;

export interface PregenerateShowInput {
  readonly project: string;
  readonly version: string;
  /** Where the show bundle lies in the store. */
  readonly bundleKey: string;
  /** Variants in flight at once, at most MAX_WINDOW. */
  readonly window: number;
  readonly patience?: RetryLimits;
  /** A plan whose pages are in the store already, such as that of a repair; without one, the show plans itself. */
  readonly plan?: ShowPlan;
  /** What of the show is generated; everything that is missing unless given. */
  readonly selection?: ShowSelection;
  /** More failures than this pause the show; without it nothing does. */
  readonly maxFailures?: FailureBudget;
  /** What the execution before this one knew; only a continued execution has it. */
  readonly state?: ShowState;
}

export interface PregeneratePageInput {
  readonly project: string;
  readonly version: string;
  readonly planId: string;
  /** From 0. */
  readonly page: number;
  /** Only these of the page's variants; all of them unless given. */
  readonly only?: readonly CueRest[];
  readonly orders: PageOrders;
  readonly patience: RetryLimits;
  /** Run id (that of its first execution) of the show. */
  readonly showRunId: string;
}

export interface PregenerateVariantInput {
  readonly request: RenditionRequest;
  /** Some object of the variant is stored already: timing.json is withdrawn before anything is written. */
  readonly replaces: boolean;
  /** Skipped if it is whole in the store when its turn comes: its page looked earlier, and others may have made it since. */
  readonly unlessStored?: boolean;
  readonly patience: RetryLimits;
  /** Run id (that of its first execution) of the show; absent if it is started by hand. */
  readonly showRunId?: string;
}

/** Which take of which variant is to be the chosen one. */
export interface ChooseTakeInput extends Omit<VariantAddress, 'take'> {
  readonly seed: number;
}

/** The workflows as functions, for typed handles without importing their code. */
export type ShowWorkflow = (input: PregenerateShowInput) => Promise<ShowProgress>;
export type PageWorkflow = (input: PregeneratePageInput) => Promise<PageResult>;
export type ChooseTakeWorkflow = (input: ChooseTakeInput) => Promise<void>;
export type VariantWorkflow = (input: PregenerateVariantInput) => Promise<VariantResult>;

export const showProgressQuery = defineQuery<ShowProgress>('progress');
export const pageProgressQuery = defineQuery<PageProgress>('progress');

/** Starts no further variants; those in flight finish. */
export const pauseUpdate = defineUpdate<void, []>('pause');
export const resumeUpdate = defineUpdate<void, []>('resume');
/** The same for one cue, which gives its slots to the others. Refuses a cue that this run has nothing to do with. */
export const pauseCueUpdate = defineUpdate<void, [{ cueId: string }]>('pauseCue');
export const resumeCueUpdate = defineUpdate<void, [{ cueId: string }]>('resumeCue');
/** Stops one cue or one variant, and does not begin it if it has not begun; it counts as cancelled. */
export const cancelPartUpdate = defineUpdate<void, [CuePart]>('cancelPart');
/** Changes how many variants are in flight at once. */
export const setWindowUpdate = defineUpdate<void, [number]>('setWindow');
/** Generates what failed again, after the rest of the show, and goes on if the show is paused. Returns how many have failed so far. */
export const retryFailedUpdate = defineUpdate<number, []>('retryFailed');
/** Goes on by another edition of the show: variants in flight end as they began, then the show is planned anew. */
export const acceptChangesUpdate = defineUpdate<void, [{ bundleKey: string }]>('acceptChanges');

/**
 * From show to page: all that the show wants of it. A state, not a change: it is told until it has arrived, one message at
 * a time, and the latest holds.
 */
export interface PageOrders {
  /** Rises with each change; the page's reports say which one they answer. */
  readonly revision: number;
  /** Variants in flight at most. */
  readonly window: number;
  /** What is in flight finishes, the rest is given back. */
  readonly stop: boolean;
  /** No further variant of these begins; given back when the page has nothing else to do. */
  readonly pausedCues: readonly string[];
  /** These end at once, and none of them begins. */
  readonly cancelled: readonly CuePart[];
}
export const pageOrdersSignal = defineSignal<[PageOrders]>('pageOrders');

/** From page to show: all that the show needs to know of it, told in the same way. */
export interface PageReport {
  /** Workflow id of the page. */
  readonly page: string;
  /** The latest orders that it knows. */
  readonly revision: number;
  /** Slots of the window that it holds: it has given back whatever else it was granted. */
  readonly slots: number;
  /** Slots that it could use. */
  readonly wants: number;
  readonly counts: VariantCounts;
  readonly failures: readonly VariantFailure[];
}
export const pageReportSignal = defineSignal<[PageReport]>('pageReport');
