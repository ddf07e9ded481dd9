/**
 * How an image emerges in the performance: at the recorded pace, or at that of its cue. Until its `timing.json` has been read,
 * the pace is taken to be even over the duration that the manifest knows, so that the show needs to wait for nothing.
 *
 * An image that takes longer than it is given is cut: when the next one begins, it stays as it is until the first picture of
 * the next replaces it, as on a screen behind which one machine paints. Hurrying would make the recorded pace untrue, and
 * two images at once never happened. A cue that must be finished in time says so itself, with `fixedDelayPerStep`.
 */
import { type Moment, type Timeline, timelineOf, UNTIMED } from '../replay/timeline.js';
import type { StagedImage } from './events.js';

/** The image's own timeline, from 0. @param timing the parsed `timing.json`, where it is known */
export function emergenceOf({ variant, stepMs }: StagedImage, timing: unknown): Timeline {
  if (variant === undefined || variant.previews === 0) return UNTIMED;
  const recorded =
    timing === undefined ? evenly(variant.previews, variant.durationMs ?? 0) : timelineOf(timing);
  return stepMs === undefined ? recorded : atPace(recorded, stepMs);
}

/** How long it emerges, as far as the manifest and the cue know. */
export const durationOf = (image: Pick<StagedImage, 'variant' | 'stepMs'>): number => {
  const { variant, stepMs } = image;
  if (variant === undefined || variant.previews === 0) return 0;
  return stepMs === undefined ? (variant.durationMs ?? 0) : stepMs * variant.previews;
};

/** What is to be seen of it at this time of the show; undefined while there is nothing yet. */
export function pictureAt(
  image: StagedImage,
  emergence: Timeline,
  atMs: number,
): Exclude<Moment, { kind: 'black' }> | undefined {
  if (image.variant === undefined) return undefined;
  let index = indexAt(image, emergence, Math.min(atMs, image.untilMs));
  // What is due when it is cut does not come any more.
  while (index > 0 && isCut(image, emergence.moments[index])) index -= 1;
  const moment = emergence.moments[index];
  return moment === undefined || moment.kind === 'black' ? undefined : moment;
}

/** When its next picture is due, in the time of the show; undefined after the last. */
export function nextPictureMs(image: StagedImage, emergence: Timeline, atMs: number): number | undefined {
  const next = emergence.moments[indexAt(image, emergence, atMs) + 1];
  if (image.variant === undefined || next === undefined) return undefined;
  return isCut(image, next) ? undefined : image.beginMs + next.atMs;
}

/** Compares times of the show, as they are waited for: a difference of two may be off by a rounding. */
const indexAt = ({ beginMs }: StagedImage, { moments }: Timeline, atMs: number): number =>
  Math.max(
    moments.findLastIndex((moment) => beginMs + moment.atMs <= atMs),
    0,
  );

const isCut = ({ beginMs, untilMs }: StagedImage, moment: Moment | undefined): boolean =>
  moment !== undefined && beginMs + moment.atMs >= untilMs;

/** The first step counts the encoding of the prompt and the last the decoding; evenly is near enough for what is not known. */
function evenly(previews: number, durationMs: number): Timeline {
  const stepDurations: Record<string, number> = {};
  for (let step = 1; step <= previews; step++) stepDurations[step] = durationMs / (previews + 1);
  return timelineOf({ stepDurations: { ...stepDurations, final: durationMs / (previews + 1) } });
}

/** The first step at once, each for `stepMs`, then the final image. */
function atPace(recorded: Timeline, stepMs: number): Timeline {
  const shown = recorded.moments.filter((moment) => moment.kind !== 'black');
  const moments = shown.map((moment, index) => ({ ...moment, atMs: index * stepMs }));
  return { ...recorded, moments, durationMs: moments.at(-1)?.atMs ?? 0 };
}
