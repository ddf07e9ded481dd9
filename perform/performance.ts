/**
 * Performs a show against a clock. Every event is due at an absolute time, counted from one anchor, so lateness never adds up. A
 * machine that slept does not catch up word by word: it goes on where the show is by now. Nothing that is missing stops it.
 */
import { type Clock, systemClock } from '../replay/clock.js';
import type { Timeline } from '../replay/timeline.js';
import { type Choice, type Shown, shownAfter } from './choices.js';
import type { CueEvent, PictureEvent, StagedImage } from './events.js';
import { type Memory, type Remembered, remember, remembered } from './memory.js';
import { seedOf } from './random.js';
import { Run } from './run.js';
import { EMPTY_STAGE, type Stage } from './stage.js';
import { type PerformanceParts, type PerformanceTimeline, performanceOf, variantsByKey } from './timeline.js';
import { type ReadTiming, Timings } from './timings.js';

export interface PerformanceOptions extends PerformanceParts {
  readonly clock?: Clock;
  /** Performs the same each time, as rehearsals need it, and remembers nothing. */
  readonly seed?: number;
  /** Keeps over restarts what has been shown. */
  readonly memory?: Memory;
  /** Takes up the performance that `memory` knows instead of beginning another, where it stopped; `goTo` says where it is by now. */
  readonly resume?: boolean;
  /** Show milliseconds per real millisecond. */
  readonly speed?: number;
  /** Performed again and again, with a pause of so many show milliseconds between. */
  readonly loop?: { readonly pauseMs: number };
  readonly readTiming?: ReadTiming;
  readonly onEvent: (event: CueEvent | PictureEvent) => void;
  /** The whole stage, whenever it was not reached event by event: by seeking, after sleep, at the beginning and when it is over. */
  readonly onStage?: (stage: Stage) => void;
  /** A performance is over; with a loop the next one follows. */
  readonly onOver?: () => void;
}

/** Real time. A timer is late by some milliseconds, a busy page by some hundred; what is later has slept. */
const SLEPT_MS = 1000;
/** What anchors and speeds lose of a position; without it a clock that stands at the due time would be asked for ever. */
const ROUNDING_MS = 1e-3;
/** So many timings are read before they are needed. */
const IMAGES_AHEAD = 8;

export class Performance {
  private readonly clock: Clock;
  private readonly timings: Timings;
  private readonly seed: number;
  private parts: PerformanceParts;
  private run: Run;
  private pace: number;
  private running = false;
  private over = false;
  private anchor: { positionMs: number; atMs: number };
  /** Whatever moves the show elsewhere while events are told ends the telling. */
  private turn = 0;
  private takeBack = (): void => {};

  /** Paused at the beginning. Throws an Error if the sheet is no list of cues, a RangeError for a speed or pause that no clock can follow. */
  constructor(private readonly options: PerformanceOptions) {
    this.clock = options.clock ?? systemClock;
    this.parts = options;
    this.pace = checked('speed', options.speed ?? 1, Number.MIN_VALUE);
    checked('loop.pauseMs', options.loop?.pauseMs ?? 0, 0);
    this.timings = new Timings(options.readTiming, () => this.timingArrived());
    const known = options.seed === undefined ? remembered(options.memory) : undefined;
    this.seed = options.seed ?? known?.seed ?? Math.floor(Math.random() * 2 ** 32);
    this.run = this.prepare(known?.number ?? 0, known?.shown ?? {});
    this.anchor = { positionMs: 0, atMs: this.clock.now() };
    if (known !== undefined) this.takeUp(known);
    this.stageSet();
  }

  get timeline(): PerformanceTimeline {
    return this.run.timeline;
  }

  /** How many performances came before. */
  get number(): number {
    return this.run.number;
  }

  get playing(): boolean {
    return this.running;
  }

  get stage(): Stage {
    return this.run.stage;
  }

  /** 0 … `timeline.durationMs`, and on into the pause of a loop. */
  get positionMs(): number {
    return this.running ? Math.min(this.unboundedMs(), this.lastMs) : this.anchor.positionMs;
  }

  get speed(): number {
    return this.pace;
  }

  set speed(speed: number) {
    const pace = checked('speed', speed, Number.MIN_VALUE);
    this.moveAnchor(this.positionMs);
    this.pace = pace;
    this.continue();
  }

  /** The present image and those that follow: what to load next. */
  upcoming(count: number): readonly StagedImage[] {
    return this.run.upcoming(count);
  }

  /** How an image emerges, as far as is known: which pictures it has, and when each is due after its beginning. */
  emergence(image: StagedImage): Timeline {
    return this.timings.emergence(image);
  }

  /** Plays on; when it was over, begins another performance. */
  play(): void {
    if (this.running) return;
    if (this.over) this.begin(this.number + 1);
    else this.moveAnchor(this.anchor.positionMs);
    this.running = true;
    this.continue();
  }

  pause(): void {
    this.moveAnchor(this.positionMs);
    this.running = false;
    this.turn += 1;
    this.takeBack();
  }

  /** Ends it: paused, at the beginning of another performance. */
  stop(): void {
    this.pause();
    this.begin(this.number + 1);
  }

  /** Goes to a time of the show (clamped): the stage is as if performed up to there. Playing or paused as before. */
  seek(positionMs: number): void {
    this.over = false;
    this.moveAnchor(Math.min(checked('position', Math.max(positionMs, 0), 0), this.timeline.durationMs));
    this.setStage(this.anchor.positionMs);
    this.continue();
  }

  /** Goes to where a cue begins, named by its position in the sheet. Throws an Error for a cue that does not exist. */
  seekToCue(index: number): void {
    const cue = this.timeline.cues.find((one) => one.index === index);
    if (cue === undefined) throw new Error(`The cue sheet has no cue ${index} that can be performed.`);
    this.seek(cue.atMs);
  }

  /** Goes to a time of the performance with this number, such as the wall clock says after a crash. */
  goTo(number: number, positionMs: number): void {
    if (number !== this.number) this.begin(number);
    this.seek(positionMs);
  }

  /** What may be shown has changed. What has begun stays as it is. */
  offer(manifests: Pick<PerformanceParts, 'manifest' | 'from'>): void {
    const { number, shown, reachedMs } = this.run;
    this.parts = { ...this.parts, ...manifests };
    const kept = this.timeline.choices.filter(({ beginMs }) => beginMs <= reachedMs);
    this.run = this.prepare(number, shown, kept);
    this.run.setTo(reachedMs);
    if (this.over) this.run.stage = EMPTY_STAGE;
    this.timings.want(this.upcoming(IMAGES_AHEAD));
    this.continue();
  }

  private prepare(number: number, shown: Shown, kept: readonly Choice[] = []): Run {
    const timeline = performanceOf(this.parts, seedOf(this.seed, number), shown, kept);
    return new Run(number, shown, timeline, (image) => this.timings.emergence(image));
  }

  /** Where the last performance stopped, it goes on, or the next one begins. */
  private takeUp({ number, reachedMs }: Remembered): void {
    this.run.setTo(Math.min(reachedMs, this.timeline.durationMs));
    if (this.options.resume === true) this.moveAnchor(this.run.reachedMs);
    else this.run = this.prepare(number + 1, this.shownByNow());
  }

  /** @param atMs of the clock, when it began */
  private begin(number: number, atMs = this.clock.now()): void {
    this.run = this.prepare(number, this.options.seed === undefined ? this.shownByNow() : {});
    this.over = false;
    this.anchor = { positionMs: 0, atMs };
    this.stageSet();
  }

  private shownByNow(): Shown {
    const { shown, timeline, reachedMs } = this.run;
    return shownAfter(shown, timeline.choices, reachedMs, variantsByKey(this.parts));
  }

  /** Where the clock says it is, beyond the end, too. */
  private unboundedMs(): number {
    const { positionMs, atMs } = this.anchor;
    return positionMs + (this.clock.now() - atMs) * this.pace;
  }

  private get lastMs(): number {
    return this.timeline.durationMs + (this.options.loop?.pauseMs ?? 0);
  }

  private get loops(): boolean {
    return this.options.loop !== undefined && this.lastMs > 0;
  }

  private moveAnchor(positionMs: number): void {
    this.anchor = { positionMs, atMs: this.clock.now() };
  }

  private setStage(positionMs: number): void {
    this.run.setTo(positionMs);
    this.stageSet();
  }

  private stageSet(): void {
    this.imagesMovedOn();
    this.options.onStage?.(this.stage);
  }

  private imagesMovedOn(): void {
    const { number, shown, reachedMs } = this.run;
    if (this.options.seed === undefined)
      remember(this.options.memory, { seed: this.seed, number, shown, reachedMs });
    this.timings.want(this.upcoming(IMAGES_AHEAD));
  }

  /** Performs what is due, then waits for what is due next. @param waitedMs the position that it has waited for */
  private continue(waitedMs = 0): void {
    this.takeBack();
    if (!this.running) return;
    this.turn += 1;
    const { turn } = this;
    const clockMs = this.unboundedMs();
    const positionMs = clockMs + ROUNDING_MS > waitedMs ? Math.max(clockMs, waitedMs) : clockMs;
    if ((positionMs - this.nextDueMs()) / this.pace > SLEPT_MS) this.wakeUp(positionMs);
    else this.perform(positionMs);
    if (turn !== this.turn) return;
    if (positionMs >= this.lastMs) this.endRound(positionMs);
    else this.waitUntil(this.nextDueMs());
  }

  private perform(positionMs: number): void {
    const { turn } = this;
    for (const event of this.run.due(Math.min(positionMs, this.timeline.durationMs))) {
      if (event.kind === 'image') this.imagesMovedOn();
      this.options.onEvent(event);
      if (turn !== this.turn) return;
    }
    this.finishAt(positionMs);
  }

  private wakeUp(positionMs: number): void {
    if (positionMs < this.timeline.durationMs) this.setStage(positionMs);
    else if (!this.over) this.run.setTo(this.timeline.durationMs);
    this.finishAt(positionMs);
  }

  private finishAt(positionMs: number): void {
    if (this.over || positionMs < this.timeline.durationMs) return;
    this.over = true;
    this.run.stage = EMPTY_STAGE;
    this.options.onStage?.(EMPTY_STAGE);
    this.options.onOver?.();
  }

  /** The next one counts from when this one was due to end; those that were slept through are left out. */
  private endRound(positionMs: number): void {
    if (!this.loops) {
      this.running = false;
      this.moveAnchor(this.lastMs);
      return;
    }
    const rounds = Math.floor(positionMs / this.lastMs);
    const beganMs = this.anchor.atMs + (rounds * this.lastMs - this.anchor.positionMs) / this.pace;
    this.begin(this.number + rounds, beganMs);
    this.continue();
  }

  private nextDueMs(): number {
    if (this.over) return this.lastMs;
    return Math.min(this.run.nextDueMs(), this.timeline.durationMs);
  }

  private waitUntil(positionMs: number): void {
    const { anchor, pace } = this;
    const dueMs = anchor.atMs + (positionMs - anchor.positionMs) / pace;
    this.takeBack = this.clock.at(dueMs, () => this.continue(positionMs));
  }

  /** Whoever arrives late is seen where the show is by now. */
  private timingArrived(): void {
    if (this.running) this.continue();
    else for (const event of this.run.due(this.run.reachedMs)) this.options.onEvent(event);
  }
}

function checked(name: string, value: number, least: number): number {
  if (!Number.isFinite(value) || value < least)
    throw new RangeError(
      `${name} must be a finite number${least > 0 ? ' above 0' : ' from 0'}, got ${value}`,
    );
  return value;
}
