/**
 * One performance on its way: which events have happened, and the stage that they have made. It is moved from outside; it knows
 * no clock.
 */
import type { Shown } from './choices.js';
import { nextPictureMs } from './emergence.js';
import type { CueEvent, PictureEvent, StagedImage } from './events.js';
import { EMPTY_STAGE, type Stage, staged } from './stage.js';
import { dueOn, type Emergences, eventsUntil, stageAt } from './staging.js';
import type { PerformanceTimeline } from './timeline.js';

export class Run {
  stage: Stage = EMPTY_STAGE;
  /** Everything up to here has happened, milliseconds of the show. */
  reachedMs = 0;
  private happened = 0;
  private readonly images: readonly StagedImage[];

  /** @param shown which variants had been shown before */
  constructor(
    readonly number: number,
    readonly shown: Shown,
    readonly timeline: PerformanceTimeline,
    private readonly emergences: Emergences,
  ) {
    this.images = timeline.events.flatMap((event) => (event.kind === 'image' ? [event.image] : []));
  }

  /** Puts it at a time, as if performed up to there. */
  setTo(atMs: number): void {
    this.reachedMs = atMs;
    this.happened = eventsUntil(this.timeline.events, atMs);
    this.stage = stageAt(this.timeline.events, atMs, this.emergences);
  }

  /** Performs up to a time, one event after the other. */
  *due(untilMs: number): Generator<CueEvent | PictureEvent> {
    for (;;) {
      const event = this.takeNext();
      if (event !== undefined) {
        this.stage = staged(this.stage, event);
        yield event;
        continue;
      }
      const nextMs = this.nextDueMs();
      this.reachedMs = Math.max(this.reachedMs, Math.min(nextMs, untilMs));
      if (nextMs > untilMs) return;
    }
  }

  /** Infinity when nothing comes any more. */
  nextDueMs(): number {
    const { image } = this.stage;
    const pictureMs = image && nextPictureMs(image, this.emergences(image), this.reachedMs);
    return Math.min(pictureMs ?? Infinity, this.timeline.events[this.happened]?.atMs ?? Infinity);
  }

  /** The image that began last, and those that follow. */
  upcoming(count: number): readonly StagedImage[] {
    const present = Math.max(
      this.images.findLastIndex(({ beginMs }) => beginMs <= this.reachedMs),
      0,
    );
    return this.images.slice(present, present + count);
  }

  /** Pictures first: an event can end the image that they belong to. */
  private takeNext(): CueEvent | PictureEvent | undefined {
    const picture = dueOn(this.stage, this.reachedMs, this.emergences);
    if (picture !== undefined) return picture;
    const event = this.timeline.events[this.happened];
    if (event === undefined || event.atMs > this.reachedMs) return undefined;
    this.happened += 1;
    return event;
  }
}
