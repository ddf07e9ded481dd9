/**
 * Plays a timeline. Every moment is due at an absolute time counted from one anchor (the clock's time at some
 * position), which only seeking and changing the speed move; a late timer delays one frame and nothing after it, so
 * drift cannot add up. Knows no images and no network: it says which moment is to be seen, and when.
 */
import { type Clock, systemClock } from './clock.js';
import { type Moment, momentIndexAt, type Timeline } from './timeline.js';

export interface PlayerOptions {
  /** Recorded milliseconds per real millisecond; 1 is the pace at which it happened. */
  readonly speed?: number;
  /** Starts again after the final image has been held for `holdMs`. */
  readonly loop?: boolean;
  /** Keeps showing the final image when not looping (default); otherwise black after `holdMs`. */
  readonly holdLast?: boolean;
  /** How long the final image stays before the loop starts again or black follows, in recorded milliseconds. */
  readonly holdMs?: number;
  readonly clock?: Clock;
  /** Called whenever another moment is to be seen. */
  readonly onMoment: (moment: Moment) => void;
  /** Called when the end is reached (each time round, when looping). */
  readonly onEnd?: () => void;
}

/** Long enough to take a picture in before the next begins. */
const DEFAULT_HOLD_MS = 2000;

export class Player {
  private readonly clock: Clock;
  private readonly holdMs: number;
  private readonly holdLast: boolean;
  private looping: boolean;
  private pace: number;
  /** The recorded position at `anchorMs` of the clock. */
  private anchor = { positionMs: 0, atMs: 0 };
  private running = false;
  private shown: Moment | undefined;
  private takeBack: () => void = () => {};

  /** Throws a RangeError for a speed or hold that no clock can follow. */
  constructor(
    readonly timeline: Timeline,
    private readonly options: PlayerOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.holdMs = checked('holdMs', options.holdMs ?? DEFAULT_HOLD_MS, 0);
    this.holdLast = options.holdLast ?? true;
    this.looping = options.loop ?? false;
    this.pace = checked('speed', options.speed ?? 1, Number.MIN_VALUE);
  }

  get playing(): boolean {
    return this.running;
  }

  get durationMs(): number {
    return this.timeline.durationMs;
  }

  /** Where the replay is, in recorded milliseconds: 0 … durationMs (and into the hold). */
  get positionMs(): number {
    const { positionMs, atMs } = this.anchor;
    return this.running
      ? Math.min(positionMs + (this.clock.now() - atMs) * this.pace, this.endMs)
      : positionMs;
  }

  get moment(): Moment | undefined {
    return this.shown;
  }

  get speed(): number {
    return this.pace;
  }

  set speed(speed: number) {
    const checkedSpeed = checked('speed', speed, Number.MIN_VALUE);
    this.moveAnchor(this.positionMs);
    this.pace = checkedSpeed;
    this.continue();
  }

  get loop(): boolean {
    return this.looping;
  }

  set loop(loop: boolean) {
    this.moveAnchor(this.positionMs);
    this.looping = loop;
    this.continue();
  }

  /** Plays on; from the beginning if the end was reached. */
  play(): void {
    if (this.running) return;
    this.moveAnchor(this.anchor.positionMs >= this.endMs ? 0 : this.anchor.positionMs);
    this.running = true;
    this.continue();
  }

  pause(): void {
    this.moveAnchor(this.positionMs);
    this.running = false;
    this.takeBack();
  }

  /** Goes to a recorded position (clamped) and shows what was to be seen there; playing or paused as before. */
  seek(positionMs: number): void {
    this.moveAnchor(Math.min(Math.max(checked('position', positionMs, -Infinity), 0), this.endMs));
    this.continue();
  }

  /** Shows the current moment again, as after an image has arrived late. */
  refresh(): void {
    if (this.shown !== undefined) this.options.onMoment(this.shown);
  }

  private get endMs(): number {
    const goesOn = this.looping || !this.holdLast;
    return this.timeline.durationMs + (goesOn ? this.holdMs : 0);
  }

  private moveAnchor(positionMs: number): void {
    this.anchor = { positionMs, atMs: this.clock.now() };
  }

  /** Shows what is due now, then waits for what is due next. */
  private continue(): void {
    this.takeBack();
    const positionMs = this.positionMs;
    this.show(this.momentAt(positionMs));
    if (!this.running) return;
    if (positionMs >= this.endMs) this.finish();
    else this.waitUntil(this.nextDueMs(positionMs));
  }

  private momentAt(positionMs: number): Moment | undefined {
    const over = !this.looping && !this.holdLast && positionMs >= this.endMs;
    if (over) return { kind: 'black', atMs: this.endMs };
    return this.timeline.moments[momentIndexAt(this.timeline, positionMs)];
  }

  private nextDueMs(positionMs: number): number {
    const next = this.timeline.moments[momentIndexAt(this.timeline, positionMs) + 1];
    return next?.atMs ?? this.endMs;
  }

  private waitUntil(positionMs: number): void {
    const dueMs = this.anchor.atMs + (positionMs - this.anchor.positionMs) / this.pace;
    this.takeBack = this.clock.at(dueMs, () => this.continue());
  }

  private show(moment: Moment | undefined): void {
    if (moment === undefined || sameMoment(moment, this.shown)) return;
    this.shown = moment;
    this.options.onMoment(moment);
  }

  private finish(): void {
    const { positionMs, atMs } = this.anchor;
    this.running = this.looping && this.endMs > 0;
    if (this.running) this.startRound(atMs + (this.endMs - positionMs) / this.pace);
    else this.anchor = { positionMs: this.endMs, atMs };
    this.options.onEnd?.();
    if (this.running) this.continue();
  }

  /** A round counts from when the last was due to end, not from when its timer came; rounds slept through are skipped. */
  private startRound(dueMs: number): void {
    const roundMs = this.endMs / this.pace;
    const lateMs = Math.max(this.clock.now() - dueMs, 0);
    this.anchor = { positionMs: 0, atMs: dueMs + Math.floor(lateMs / roundMs) * roundMs };
  }
}

const sameMoment = (a: Moment, b: Moment | undefined): boolean => a.kind === b?.kind && a.atMs === b.atMs;

function checked(name: string, value: number, least: number): number {
  if (Number.isNaN(value) || value < least || value === Infinity)
    throw new RangeError(`${name} must be a finite number${least > 0 ? ' above 0' : ''}, got ${value}`);
  return value;
}
