/**
 * How a show stands, for its operator: what the page of a show's desk reads, beside the index. Pure data, shared by both
 * sides.
 */
import type { LiveImage } from './live-image.js';

export interface DeskFailure {
  readonly cueId: string;
  readonly variantId: number;
  readonly reason: string;
}

/** What a spool's machine has said of it last. */
export interface DeskSpool {
  readonly spoolId: string;
  readonly bytes: number;
  readonly budgetBytes: number;
  /** Images held. */
  readonly renditions: number;
  /** A GPU waits until uploads have made room. */
  readonly full: boolean;
}

/** What the latest run says of itself, while it runs. */
export interface DeskRun {
  /** Variants that it answers for. */
  readonly variants: number;
  readonly stored: number;
  readonly degraded: number;
  readonly cancelled: number;
  /** Variants in flight at most. */
  readonly window: number;
  readonly pausedCues?: readonly string[];
  /** Why it paused by itself, if it did. */
  readonly pausedBecause?: string;
  readonly ratePerMinute?: number;
  readonly etaSeconds?: number;
}

export interface ShowDesk {
  /** `unknown`: no Temporal server can be asked; `unanswered`: it runs, and no orchestrator answers. */
  readonly state: 'planning' | 'running' | 'paused' | 'unanswered' | 'not-running' | 'unknown';
  /** While it runs and answers. */
  readonly run?: DeskRun;
  /** How the last run ended, if none runs: `completed`, `failed; of its 5 variants 4 are stored, 1 failed`. */
  readonly lastRun?: string;
  /** Of the run; while none runs, of all that the store remembers. */
  readonly failed: number;
  /** A few of them. */
  readonly failures: readonly DeskFailure[];
  /** Generated and on a spool, not stored yet. */
  readonly uploading: number;
  /** Spools on which an image is being made. */
  readonly spools: readonly DeskSpool[];
  /** Those furthest along first, without their pictures. */
  readonly images: readonly Omit<LiveImage, 'picture'>[];
}
