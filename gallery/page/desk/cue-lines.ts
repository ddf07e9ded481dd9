/**
 * The status of each cue of the show, a line of the desk.
 */
import { type CueEntry, stateOf } from '../../show-index.js';
import { cueName } from '../show/names.js';

export interface CueLine {
  readonly cueId: string;
  /** The prompt, cut where it is long. */
  readonly name: string;
  readonly variants: number;
  /** Degraded ones included. */
  readonly stored: number;
  readonly inFlight: number;
  /** Incomplete ones included. */
  readonly missing: number;
  /** Stored variants without a decision; undefined if no bundle has the cue. */
  readonly undecided: number | undefined;
  /** Stored variants that are stale. */
  readonly stale: number;
  /** Whether an operator has paused it. */
  readonly paused: boolean;
}

/** In the order of the show. */
export function cueLines(cues: readonly CueEntry[], pausedCues: readonly string[]): CueLine[] {
  const paused = new Set(pausedCues);
  return cues.map((cue) => lineOf(cue, paused.has(cue.cueId)));
}

function lineOf(cue: CueEntry, paused: boolean): CueLine {
  const states = cue.variants.map(stateOf);
  const countStates = (...wanted: string[]) => states.filter((state) => wanted.includes(state)).length;
  return {
    cueId: cue.cueId,
    name: cueName(cue),
    variants: states.length,
    stored: countStates('stored', 'degraded'),
    inFlight: countStates('in-flight'),
    missing: countStates('missing', 'incomplete'),
    undecided: cue.review?.counts?.undecided,
    stale: cue.review?.variants.filter(({ stale }) => stale !== undefined).length ?? 0,
    paused,
  };
}
