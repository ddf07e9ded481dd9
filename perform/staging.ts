/**
 * The stage at any time of a performance: events are applied in order, and before each the image in flight is brought up to
 * date, so that what a cut or a change of scene leaves standing is what was to be seen then.
 */
import type { Timeline } from '../replay/timeline.js';
import { pictureAt } from './emergence.js';
import type { CueEvent, PictureEvent, StagedImage } from './events.js';
import { EMPTY_STAGE, type Stage, staged } from './stage.js';

/** How an image emerges; `emergenceOf` with the timing that is known. */
export type Emergences = (image: StagedImage) => Timeline;

/** As if performed from the beginning up to and including `atMs`. */
export function stageAt(events: readonly CueEvent[], atMs: number, emergences: Emergences): Stage {
  let stage = EMPTY_STAGE;
  for (const event of events) {
    if (event.atMs > atMs) break;
    stage = staged(emerged(stage, event.atMs, emergences), event);
  }
  return emerged(stage, atMs, emergences);
}

/** Number of events up to and including `atMs`. */
export function eventsUntil(events: readonly CueEvent[], atMs: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((events[middle]?.atMs ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function emerged(stage: Stage, atMs: number, emergences: Emergences): Stage {
  const picture = dueOn(stage, atMs, emergences);
  return picture === undefined ? stage : staged(stage, picture);
}

/** What of the image in flight is to be seen at `atMs` and is not on the stage. */
export function dueOn(stage: Stage, atMs: number, emergences: Emergences): PictureEvent | undefined {
  const { image, picture } = stage;
  const moment = image && pictureAt(image, emergences(image), atMs);
  if (image === undefined || moment === undefined) return undefined;
  const shown = picture?.image.beginMs === image.beginMs && picture.moment.file === moment.file;
  return shown ? undefined : { kind: 'picture', atMs: image.beginMs + moment.atMs, image, moment };
}
