/**
 * Time as the player sees it, so that tests (and front-ends with a show clock of their own) can bring another.
 */
export interface Clock {
  /** Milliseconds, never going back; any origin. */
  now(): number;
  /** Calls back at or soon after `timeMs` of {@link now}; the returned function takes it back. */
  at(timeMs: number, callback: () => void): () => void;
}

/** Browsers turn longer delays into none at all. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The machine's monotonic clock and its timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  at: (timeMs, callback) => {
    const delayMs = Math.min(Math.max(timeMs - performance.now(), 0), MAX_DELAY_MS);
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
