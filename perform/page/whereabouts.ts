/**
 * Where the show is by the wall clock, so that a tab that crashed, or a machine that was restarted, goes on where it would be
 * had nothing happened. Kept in the browser's storage; without storage it begins anew.
 */
import type { Performance } from '../performance.js';

/** Either it runs since a moment of the wall clock, or it stands at a position. */
export interface Whereabouts {
  readonly number: number;
  readonly speed: number;
  /** Milliseconds since 1970 at which position 0 would have been. */
  readonly zeroAt?: number;
  readonly pausedAtMs?: number;
}

export function whereaboutsOf(performance: Performance): Whereabouts {
  const { number, speed, playing, positionMs } = performance;
  return playing
    ? { number, speed, zeroAt: Date.now() - positionMs / speed }
    : { number, speed, pausedAtMs: positionMs };
}

/**
 * The performance and its position now; undefined when it is over.
 * @param pauseMs between performances; undefined where it is performed once
 */
export function whereNow(
  { number, speed, zeroAt, pausedAtMs }: Whereabouts,
  durationMs: number,
  pauseMs: number | undefined,
  nowMs = Date.now(),
): { readonly number: number; readonly positionMs: number } | undefined {
  if (pausedAtMs !== undefined) return { number, positionMs: pausedAtMs };
  const elapsedMs = Math.max((nowMs - (zeroAt ?? nowMs)) * speed, 0);
  if (pauseMs === undefined) return elapsedMs < durationMs ? { number, positionMs: elapsedMs } : undefined;
  const roundMs = durationMs + pauseMs;
  if (roundMs <= 0) return undefined;
  const rounds = Math.floor(elapsedMs / roundMs);
  return { number: number + rounds, positionMs: elapsedMs - rounds * roundMs };
}
