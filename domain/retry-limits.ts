/**
 * How long the system tries before it settles for less. A show file may say otherwise for its show.
 */

export interface RetryLimits {
  /** Preview uploads: after this many seconds the variant is degraded. */
  readonly previewUploadSeconds: number;
  /** An upload waiting for its spool's queue to be served: after this many seconds the machine may be gone, and is looked for. */
  readonly spoolSilenceSeconds: number;
}

/** Ten minutes outlast a store's hiccup; five minutes outlast a machine's reboot. */
export const DEFAULT_RETRY_LIMITS: RetryLimits = { previewUploadSeconds: 600, spoolSilenceSeconds: 300 };
