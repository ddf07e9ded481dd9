/** Performs a show on a clock that the test advances, and notes what is told, when. */
import type { CueEvent, PictureEvent } from '../../perform/events.js';
import { Performance, type PerformanceOptions } from '../../perform/performance.js';
import type { Stage } from '../../perform/stage.js';
import type { Manifest, ManifestCue } from '../../replay/manifest.js';
import { HandClock } from '../support/hand-clock.js';

export interface Told {
  /** Show time by the test's clock. */
  readonly atMs: number;
  readonly event: CueEvent | PictureEvent;
}

export const TIMING = { stepDurations: { 1: 1000, 2: 500, final: 500 } };

type Cue = Readonly<Record<string, unknown>>;

/** A manifest of the cues with an image: those with `variants`, by number; each with two previews, or `previews`. */
export function manifestOf(sheet: readonly Cue[], version = 'v1'): Manifest {
  const cues = sheet.flatMap((cue, index): ManifestCue[] => {
    const { variants, previews = 2, time, action, program, prompt } = cue;
    if (!Array.isArray(variants)) return [];
    return [
      {
        ...{ cueId: `cue_${index}`, index, time: String(time), action: String(action) },
        ...{ program: String(program ?? 'P0'), prompt: String(prompt ?? ''), width: 64, height: 64 },
        variants: variants.map((variant: number) => ({
          variant,
          previews: Number(previews),
          durationMs: 2000,
        })),
      },
    ];
  });
  return { format: 1, project: 'show', version, writtenAt: '2026-01-01T00:00:00.000Z', cues };
}

export function perform(
  sheet: readonly Cue[],
  options: Partial<PerformanceOptions> & { lateMs?: number } = {},
) {
  const clock = new HandClock(options.lateMs);
  const told: Told[] = [];
  const stages: Stage[] = [];
  const performance: Performance = new Performance({
    sheet,
    ...{ manifest: options.manifest ?? manifestOf(sheet), seed: 7, readTiming: async () => TIMING, clock },
    onEvent: (event) => told.push({ atMs: performance.positionMs, event }),
    onStage: (stage) => stages.push(stage),
    ...options,
  });
  return { performance, clock, told, stages };
}

/** Timings are read in promises that are resolved already. */
export const timingsRead = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `kind` and what it says, in one line each. */
export function wordsOf(told: readonly Told[]): string[] {
  return told.map(({ atMs, event }) => `${Math.round(atMs)} ${sayingOf(event)}`);
}

function sayingOf(event: CueEvent | PictureEvent): string {
  switch (event.kind) {
    case 'scene':
      return `scene ${event.route}`;
    case 'fade':
      return event.black ? 'fade out' : 'fade in';
    case 'keystroke':
    case 'commit':
      return `${event.kind} ${event.prompt}`;
    case 'word':
      return `${event.final ? 'said' : 'word'} ${event.transcript}`;
    case 'slider':
      return `slider ${event.program} ${event.from} to ${event.to}`;
    case 'image':
      return `image ${event.image.cueId}/${event.image.variant?.variant ?? 'none'} round ${event.image.round}`;
    case 'picture':
      return `picture ${event.image.cueId} ${event.moment.file}`;
    default:
      return event.kind === 'unknown' ? `unknown ${event.cue.action}` : event.kind;
  }
}
