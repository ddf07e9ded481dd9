/**
 * Durations and points in time on the command line: `90m`, `6h`, `1d`; `2026-11-20` or ISO 8601 with an offset.
 */
import { InvalidArgumentError } from 'commander';

const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Shortest useful time between two runs, and the server's own smallest catch-up window is 10 s. */
const SHORTEST_MS = 60_000;

/** Parses a duration of a minute or more into milliseconds. */
export function durationMs(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const ms = Number(digits) * (MILLISECONDS[unitOf(unit)] ?? Number.NaN);
  if (!(ms >= SHORTEST_MS)) throw new InvalidArgumentError('Expected a minute or more, like 30m, 6h or 1d.');
  return ms;
}

/** Parses a date (UTC) or a time with its offset. A time without one would mean another moment on each machine. */
export function pointInTime(text: string): Date {
  const time = new Date(text);
  const whole = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  if (!whole || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('Expected a time like 2026-11-20T03:00:00Z or 2026-11-20T03:00+01:00.');
  return time;
}

const unitOf = (unit: string | undefined): keyof typeof MILLISECONDS =>
  unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? unit : 'w';
