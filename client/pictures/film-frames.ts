/**
 * From a timeline to the frames of a film at true pace. Formats count time in units and browsers slow down frames that
 * are too short, so boundaries are rounded (never durations, whose errors would add up) and a picture too short to be
 * shown is left out while the one before it stays.
 */
import type { Timeline } from '../../replay/timeline.js';

export interface FilmFrame {
  /** File name of the picture; undefined for black. */
  readonly file: string | undefined;
  readonly durationMs: number;
}

export interface Pace {
  /** Recorded milliseconds per millisecond of film. */
  readonly speed: number;
  /** How long the final image stays, milliseconds of film. */
  readonly holdMs: number;
  /** The format's unit of time. */
  readonly unitMs: number;
  /** Players slow shorter frames down. */
  readonly shortestMs: number;
}

/** The frames in order; their durations are multiples of the unit and add up to the rounded whole. */
export function filmFrames({ moments, durationMs }: Timeline, pace: Pace): FilmFrame[] {
  const { unitMs, shortestMs } = pace;
  const round = (ms: number) => Math.round(ms / unitMs) * unitMs;
  const endMs = round(durationMs / pace.speed + Math.max(pace.holdMs, shortestMs));
  const starts = moments.map((moment) => ({
    file: moment.kind === 'black' ? undefined : moment.file,
    atMs: round(moment.atMs / pace.speed),
  }));
  const shown = starts.filter(({ atMs }, index) => (starts[index + 1]?.atMs ?? endMs) - atMs >= shortestMs);
  return shown.map(({ file, atMs }, index) => {
    const beginsAtMs = index === 0 ? 0 : atMs;
    return { file, durationMs: (shown[index + 1]?.atMs ?? endMs) - beginsAtMs };
  });
}
