/**
 * What a show knows: its plan and how far it is in it, who is in flight, counters, the failed few, and what people
 * want of it. Everything in it fits into one small payload, because it is what one execution hands to the next.
 */
import type { CueSpeaker, PregenerateShowInput } from '../domain/messages.js';
import {
  type CueProgress,
  MAX_REPORTED_FAILURES,
  type ShowPlan,
  type ShowProgress,
} from '../domain/progress.js';
import type { VariantStatus } from '../domain/search-attributes.js';
import type { CueInFlight, NextRound, PlanPosition, ShowState } from '../domain/show-state.js';
import { PauseClock } from './pause-clock.js';
import { ShowTally } from './show-tally.js';
import { dealSlots, freeSlots } from './slots.js';

/** A cue in flight, whose share of the window changes while it runs. */
export type CueRecord = { -readonly [Field in keyof CueInFlight]: CueInFlight[Field] };

const NO_FURTHER_ROUND: NextRound = { retry: false };
const START: PlanPosition = { page: 0, cue: 0 };

export class ShowLedger {
  /** Rises with every change, so that one can wait for the next. */
  revision = 0;
  plan: ShowPlan | undefined;
  next: PlanPosition;
  nextRound: NextRound;
  readonly cues = new Map<string, CueRecord>();
  readonly #tally: ShowTally;
  readonly #pause: PauseClock;
  readonly #pausedCues: Set<string>;
  #startedAt: string | undefined;
  #window: number;
  #order = 0;
  #done = false;

  constructor({ window, maxFailures, state }: PregenerateShowInput) {
    this.plan = state?.plan;
    this.next = state?.next ?? START;
    this.nextRound = state?.nextRound ?? NO_FURTHER_ROUND;
    for (const cue of state?.cuesInFlight ?? []) this.cues.set(cue.cueId, { ...cue });
    this.#tally = new ShowTally(maxFailures, state);
    this.#pause = new PauseClock(state?.pause);
    this.#pausedCues = new Set(state?.pausedCues);
    this.#startedAt = state?.startedAt;
    this.#window = state?.window ?? window;
  }

  get startedAt(): string | undefined {
    return this.#startedAt;
  }

  begin(plan: ShowPlan, now: string): void {
    this.plan = plan;
    this.#startedAt ??= now;
    this.#changed();
  }

  /** The plan is through, or given up for another edition: the next one starts from its first page. */
  beginRound(): void {
    this.plan = undefined;
    this.next = START;
    this.nextRound = NO_FURTHER_ROUND;
    this.#tally.beginRound();
    this.#changed();
  }

  setWindow(window: number): void {
    this.#window = window;
    this.#changed();
  }

  pause(): void {
    this.#pause.pause();
    this.#changed();
  }

  resume(): void {
    this.#tally.forgive(this.#failedSoFar);
    this.#pause.resume();
    this.#changed();
  }

  pauseCue(cueId: string): void {
    this.#pausedCues.add(cueId);
    this.#changed();
  }

  resumeCue(cueId: string): void {
    this.#pausedCues.delete(cueId);
    this.#changed();
  }

  /** How many slots a cue gets that begins now. */
  grantFor(cueId: string, wanted: number): number {
    return this.#pausedCues.has(cueId) ? 0 : Math.min(wanted, this.freeSlots);
  }

  /** Returns how many variants have failed so far. */
  retryFailed(): number {
    this.nextRound = { ...this.nextRound, retry: true };
    this.resume();
    return this.#failedSoFar;
  }

  /** No further cue starts from the present plan. */
  acceptChanges(bundleKey: string): void {
    this.nextRound = { ...this.nextRound, bundleKey };
    this.#changed();
  }

  finish(): void {
    this.#done = true;
    this.#changed();
  }

  get freeSlots(): number {
    return freeSlots(this.#effectiveWindow, [...this.cues.values()]);
  }

  addCue(cue: CueRecord): void {
    this.cues.set(cue.cueId, cue);
    this.#changed();
  }

  removeCue(cueId: string): void {
    this.cues.delete(cueId);
    this.#pausedCues.delete(cueId);
    this.#changed();
  }

  /** Higher than ever before, in this execution and those before it: the clock outruns their count. */
  nextOrder(): number {
    this.#order = Math.max(this.#order + 1, Date.now());
    return this.#order;
  }

  /** A cue has started its last variant and can use only this many slots from now on. */
  reachTail(speaker: CueSpeaker, inFlight: number): void {
    if (this.#isInFlight(speaker)) this.#amend(speaker.cueId, { tail: true, wanted: inFlight });
  }

  /** A cue in flight says how many of its variants have failed; what it said earlier may arrive later. */
  noteFailures(speaker: CueSpeaker, failed: number): void {
    const known = this.cues.get(speaker.cueId)?.failed ?? 0;
    if (this.#isInFlight(speaker) && failed > known) this.#amend(speaker.cueId, { failed });
  }

  /** Deals the window anew; returns the cues whose workflows have to be told. */
  deal(): CueRecord[] {
    const cues = [...this.cues.values()];
    const isPaused = ({ cueId }: CueRecord) => this.#pausedCues.has(cueId);
    const grants = dealSlots(
      this.#effectiveWindow,
      cues.map((cue) => (isPaused(cue) ? { wanted: 0 } : cue)),
    );
    return cues.filter((cue, index) => {
      const granted = grants[index] ?? 0;
      const told = cue.granted !== granted && !cue.tail;
      cue.granted = granted;
      return told;
    });
  }

  countCue({ cueId, failures, ...counts }: CueProgress): void {
    this.#tally.add(counts, failures);
    this.#amend(cueId, { failed: 0 });
  }

  countStored(variants: number): void {
    this.#tally.add({ stored: variants, degraded: 0, failed: 0 }, []);
  }

  countFailed(cueId: string, variantIds: readonly number[], reason: string): void {
    const failures = variantIds
      .slice(0, MAX_REPORTED_FAILURES)
      .map((variantId) => ({ cueId, variantId, reason }));
    this.#tally.add({ stored: 0, degraded: 0, failed: variantIds.length }, failures);
    this.#amend(cueId, { failed: 0 });
  }

  progress(): ShowProgress {
    const { because } = this.#pause;
    return {
      phase: this.#phase(),
      ...this.#tally.progress(this.plan ?? { variants: 0, stored: 0 }),
      cuesInFlight: [...this.cues.keys()],
      ...this.#pausedOnes(),
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      pausedSeconds: Math.round(this.#pause.totalMs() / 1000),
      ...(because === undefined ? {} : { pausedBecause: because }),
      window: this.#window,
    };
  }

  status(): VariantStatus {
    return this.#tally.status();
  }

  /** For the next execution. */
  state(plan: ShowPlan): ShowState {
    return {
      plan,
      next: this.next,
      cuesInFlight: [...this.cues.values()],
      ...this.#tally.state(),
      startedAt: this.#startedAt ?? '',
      window: this.#window,
      pause: this.#pause.state(),
      ...this.#pausedOnes(),
      nextRound: this.nextRound,
    };
  }

  #pausedOnes(): { pausedCues?: readonly string[] } {
    return this.#pausedCues.size === 0 ? {} : { pausedCues: [...this.#pausedCues] };
  }

  get #effectiveWindow(): number {
    return this.#pause.paused ? 0 : this.#window;
  }

  /** Those of cues in flight included, as far as they have told. */
  get #failedSoFar(): number {
    return [...this.cues.values()].reduce((sum, { failed }) => sum + failed, this.#tally.failed);
  }

  /** Not an earlier run of the cue, whose message was long on its way. A foreign cue's run is unknown. */
  #isInFlight({ cueId, run }: CueSpeaker): boolean {
    const cue = this.cues.get(cueId);
    return cue !== undefined && (cue.foreign || cue.run === run);
  }

  #phase(): ShowProgress['phase'] {
    if (this.#done) return 'done';
    if (this.#pause.paused) return 'paused';
    return this.plan === undefined ? 'planning' : 'running';
  }

  #amend(cueId: string, change: Partial<CueRecord>): void {
    const cue = this.cues.get(cueId);
    if (cue !== undefined) Object.assign(cue, change);
    this.#changed();
  }

  #changed(): void {
    this.revision += 1;
    const because = this.#tally.overBudget(this.#failedSoFar, this.plan);
    if (because !== undefined) this.#pause.pause(because);
  }
}
