/**
 * What a show knows: its plan and how far it is in it, who is in flight, counters, the failed few. Everything in it
 * fits into one small payload, because it is what one execution hands to the next.
 */
import type { PregenerateShowInput } from '../domain/messages.js';
import {
  type CueProgress,
  MAX_REPORTED_FAILURES,
  type ShowPlan,
  type ShowProgress,
  type VariantFailure,
} from '../domain/progress.js';
import type { VariantStatus } from '../domain/search-attributes.js';
import type { CueInFlight, PlanPosition, ShowState } from '../domain/show-state.js';
import { dealSlots, freeSlots } from './slots.js';

/** A cue in flight, whose share of the window changes while it runs. */
export type CueRecord = { -readonly [Field in keyof CueInFlight]: CueInFlight[Field] };

export class ShowLedger {
  /** Rises with every change, so that one can wait for the next. */
  revision = 0;
  plan: ShowPlan | undefined;
  next: PlanPosition;
  readonly cues = new Map<string, CueRecord>();
  readonly #counts: { stored: number; degraded: number; failed: number };
  readonly #failures: VariantFailure[];
  #startedAt: string | undefined;
  #window: number;
  #paused: boolean;
  #done = false;

  constructor({ window, state }: PregenerateShowInput) {
    this.plan = state?.plan;
    this.next = state?.next ?? { page: 0, cue: 0 };
    for (const cue of state?.cuesInFlight ?? []) this.cues.set(cue.cueId, { ...cue });
    const { stored, degraded, failed } = state ?? { stored: 0, degraded: 0, failed: 0 };
    this.#counts = { stored, degraded, failed };
    this.#failures = [...(state?.failures ?? [])];
    this.#startedAt = state?.startedAt;
    this.#window = state?.window ?? window;
    this.#paused = state?.paused ?? false;
  }

  begin(plan: ShowPlan, startedAt: string): void {
    this.plan = plan;
    this.#startedAt = startedAt;
    this.#changed();
  }

  /** Changes the window, or pauses (undefined leaves as is). */
  steer({ window, paused }: { window?: number; paused?: boolean }): void {
    this.#window = window ?? this.#window;
    this.#paused = paused ?? this.#paused;
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
    this.#changed();
  }

  /** A cue has started its last variant and can use only this many slots from now on. */
  reachTail(cueId: string, inFlight: number): void {
    const cue = this.cues.get(cueId);
    if (cue === undefined) return;
    cue.tail = true;
    cue.wanted = inFlight;
    this.#changed();
  }

  /** Deals the window anew; returns the cues whose workflows have to be told. */
  deal(): CueRecord[] {
    const cues = [...this.cues.values()];
    const grants = dealSlots(this.#effectiveWindow, cues);
    return cues.filter((cue, index) => {
      const granted = grants[index] ?? 0;
      const told = cue.granted !== granted && !cue.tail;
      cue.granted = granted;
      return told;
    });
  }

  countCue({ stored, degraded, failed, failures }: CueProgress): void {
    this.countStored(stored);
    this.#counts.degraded += degraded;
    this.#counts.failed += failed;
    this.#report(failures);
  }

  countStored(variants: number): void {
    this.#counts.stored += variants;
  }

  countFailed(cueId: string, variantIds: readonly number[], reason: string): void {
    this.#counts.failed += variantIds.length;
    this.#report(
      variantIds.slice(0, MAX_REPORTED_FAILURES).map((variantId) => ({ cueId, variantId, reason })),
    );
  }

  progress(): ShowProgress {
    return {
      phase: this.#phase(),
      planned: this.plan?.variants ?? 0,
      skipped: this.plan?.stored ?? 0,
      ...this.#counts,
      cuesInFlight: [...this.cues.keys()],
      failures: [...this.#failures],
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      window: this.#window,
    };
  }

  /** The worst that happened to any variant. */
  status(): VariantStatus {
    if (this.#counts.failed > 0) return 'failed';
    return this.#counts.degraded > 0 ? 'degraded' : 'stored';
  }

  /** For the next execution. */
  state(plan: ShowPlan): ShowState {
    return {
      plan,
      next: this.next,
      cuesInFlight: [...this.cues.values()],
      ...this.#counts,
      failures: this.#failures,
      startedAt: this.#startedAt ?? '',
      window: this.#window,
      paused: this.#paused,
    };
  }

  get #effectiveWindow(): number {
    return this.#paused ? 0 : this.#window;
  }

  #phase(): ShowProgress['phase'] {
    if (this.#done) return 'done';
    if (this.#paused) return 'paused';
    return this.plan === undefined ? 'planning' : 'running';
  }

  #report(failures: readonly VariantFailure[]): void {
    this.#failures.push(...failures.slice(0, MAX_REPORTED_FAILURES - this.#failures.length));
  }

  #changed(): void {
    this.revision += 1;
  }
}
