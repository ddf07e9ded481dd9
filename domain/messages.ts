/**
 * Names and types of everything that can be asked of, or told to, a running workflow; and of the workflows
 * themselves. Client and workflows share this file, so neither can drift.
 */
import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { CueProgress, ShowProgress } from './progress.js';
import type { RenditionRequest } from './rendition.js';
import type { CueTask } from './show-plan.js';

export const WORKFLOW_TYPES = {
  show: 'PregenerateShow',
  cue: 'PregenerateCue',
  variant: 'PregenerateVariant',
} as const;

/** How long the system tries before it settles for less. All in seconds. */
export interface Patience {
  /** Preview uploads: after this the variant is degraded. */
  readonly previewUploadSeconds: number;
  /** An upload waiting for its spool's queue to be served: after this the machine may be gone, and is looked for. */
  readonly spoolSilenceSeconds: number;
}

/** Ten minutes outlast a store's hiccup; five minutes outlast a machine's reboot. */
export const DEFAULT_PATIENCE: Patience = { previewUploadSeconds: 600, spoolSilenceSeconds: 300 };

export interface PregenerateShowInput {
  readonly project: string;
  readonly version: string;
  /** Where the show bundle lies in the store. */
  readonly bundleKey: string;
  /** Variants in flight at once. */
  readonly window: number;
  readonly patience?: Patience;
}

export interface PregenerateCueInput {
  readonly task: CueTask;
  readonly variantIds: readonly number[];
  readonly partial: readonly number[];
  readonly window: number;
  readonly patience: Patience;
}

export interface PregenerateVariantInput {
  readonly request: RenditionRequest;
  /** Some object of the variant is stored already: timing.json is withdrawn before anything is written. */
  readonly replaces: boolean;
  readonly patience: Patience;
}

export const showProgressQuery = defineQuery<ShowProgress>('progress');
export const cueProgressQuery = defineQuery<CueProgress>('progress');

/** Starts no further variants; those in flight finish. */
export const pauseUpdate = defineUpdate<void, []>('pause');
export const resumeUpdate = defineUpdate<void, []>('resume');
/** Changes how many variants are in flight at once. */
export const setWindowUpdate = defineUpdate<void, [number]>('setWindow');
