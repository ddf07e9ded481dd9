/**
 * From `timing.json` to the moments at which pictures appear. A duration ends with its picture: `"1"` is the time
 * until the preview of step 1 exists, `"final"` the time from the last step to the final image. Before the first
 * preview there is nothing to see, so every timeline begins black.
 */

/** One moment of a replay: from `atMs` on, this is what there is to see. */
export type Moment =
  | { readonly kind: 'black'; readonly atMs: number }
  | { readonly kind: 'step'; readonly step: number; readonly file: string; readonly atMs: number }
  | { readonly kind: 'final'; readonly file: string; readonly atMs: number };

export interface Timeline {
  /** In order of time; the first is at 0, the last is the final image. */
  readonly moments: readonly Moment[];
  /** When the final image appears, milliseconds of recorded time. */
  readonly durationMs: number;
  /** Whether it comes from a usable `timing.json`; otherwise the final image stands there from the start. */
  readonly timed: boolean;
}

const FINAL_FILE = 'final.png';

/** A week: whatever says more is no measurement, and a hundred of them would leave what numbers can hold exactly. */
const MAX_DURATION_MS = 7 * 24 * 3_600_000;
/** Ten times what a program may ask for. */
const MAX_STEPS = 10_000;

/** The timeline of a variant whose pace is not known: its final image at once. */
export const UNTIMED: Timeline = {
  moments: [{ kind: 'final', file: FINAL_FILE, atMs: 0 }],
  durationMs: 0,
  timed: false,
};

/** Reads the parsed `timing.json`; anything that is none gives {@link UNTIMED}, never an error: a show must go on. */
export function timelineOf(timing: unknown): Timeline {
  const durations = isRecord(timing) ? timing.stepDurations : undefined;
  if (!isRecord(durations) || !isDuration(durations.final)) return UNTIMED;
  const steps = Object.entries(durations).filter(([key]) => key !== 'final');
  if (steps.length > MAX_STEPS) return UNTIMED;
  if (!steps.every(([key, value]) => isStepKey(key) && isDuration(value))) return UNTIMED;
  return assemble(
    steps.map(([key, value]) => ({ step: Number(key), durationMs: Number(value) })),
    durations.final,
  );
}

/** Index of the moment to be seen at `positionMs`. */
export function momentIndexAt({ moments }: Timeline, positionMs: number): number {
  let low = 0;
  let high = moments.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((moments[middle]?.atMs ?? 0) <= positionMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

function assemble(steps: { step: number; durationMs: number }[], finalMs: number): Timeline {
  const moments: Moment[] = [{ kind: 'black', atMs: 0 }];
  let atMs = 0;
  for (const { step, durationMs } of steps.sort((a, b) => a.step - b.step)) {
    atMs += durationMs;
    moments.push({ kind: 'step', step, file: `${step}.png`, atMs });
  }
  atMs += finalMs;
  moments.push({ kind: 'final', file: FINAL_FILE, atMs });
  return { moments, durationMs: atMs, timed: true };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDuration = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MAX_DURATION_MS;

const isStepKey = (key: string): boolean => /^[1-9]\d{0,5}$/.test(key);
