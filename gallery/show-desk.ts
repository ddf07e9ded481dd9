/**
 * The status of a show for its operator: what the show's desk in the page reads besides the index. Pure data, shared by server
 * and page.
 */
import type { LiveImage } from './live-image.js';

export interface DeskFailure {
  readonly cueId: string;
  readonly variantId: number;
  readonly reason: string;
}

/** A spool, as its machine reported it last. */
export interface DeskSpool {
  readonly spoolId: string;
  readonly bytes: number;
  readonly budgetBytes: number;
  /** Images held. */
  readonly renditions: number;
  /** The GPU of this machine waits until uploads have made room. */
  readonly full: boolean;
}

/** Progress of the running workflow of a show. */
export interface DeskRun {
  /** Variants that the run has to generate. */
  readonly variants: number;
  readonly stored: number;
  readonly degraded: number;
  readonly cancelled: number;
  /** Most variants in flight at once. */
  readonly window: number;
  readonly pausedCues?: readonly string[];
  /** Why the show paused by itself; absent if an operator paused it, or it is not paused. */
  readonly pausedBecause?: string;
  readonly ratePerMinute?: number;
  readonly etaSeconds?: number;
}

export interface ShowDesk {
  /** `unknown`: no Temporal server is connected; `unanswered`: the show runs, and no orchestrator answers. */
  readonly state: 'planning' | 'running' | 'paused' | 'unanswered' | 'not-running' | 'unknown';
  /** Absent unless the show runs and answers. */
  readonly run?: DeskRun;
  /** How the last run ended, if no run is open: `completed`, `failed; of its 5 variants 4 are stored, 1 failed`. */
  readonly lastRun?: string;
  /** Failed variants of the run; while none is open, of all runs that the store remembers. */
  readonly failed: number;
  /** A few of them. */
  readonly failures: readonly DeskFailure[];
  /** Images that are generated and on a spool, but not stored yet. */
  readonly uploading: number;
  /** Spools on which an image is being generated. */
  readonly spools: readonly DeskSpool[];
  /** Images in flight, those with the most steps first, without previews. */
  readonly images: readonly Omit<LiveImage, 'picture'>[];
}
