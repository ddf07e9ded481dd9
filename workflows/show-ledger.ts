/**
 * What a show knows: its plan and how far it is in it, counters, and what people want of it. Everything in it fits into one
 * small payload, because it is what one execution hands to the next.
 */
import { given } from '../domain/given.js';
import type { PageReport, PregenerateShowInput } from '../domain/messages.js';
import type { CuePart, PageResult, ShowPlan, ShowProgress, VariantName } from '../domain/progress.js';
import type { VariantStatus } from '../domain/search-attributes.js';
import type { NextRound, PageRest, ShowState } from '../domain/show-state.js';
import { PauseClock } from './pause-clock.js';
import { ShowTally } from './show-tally.js';

const NO_FURTHER_ROUND: NextRound = { retry: false };

/** Where a show takes its next page from. */
export interface NextPage {
  readonly page: number;
  /** Only these of its variants, if it was begun before. */
  readonly only?: PageRest['cues'];
}

export class ShowLedger {
  /** Rises with every change, so that one can wait for the next. */
  revision = 0;
  plan: ShowPlan | undefined;
  nextRound: NextRound;
  /** Pages begun in all. */
  pagesBegun: number;
  #recounted: boolean;
  #nextPage: number;
  #rests: PageRest[];
  readonly #tally: ShowTally;
  readonly #pause: PauseClock;
  readonly #pausedCues: Set<string>;
  readonly #cancelled: CuePart[];
  #startedAt: string | undefined;
  #window: number;
  #done = false;

  constructor({ window, maxFailures, state }: PregenerateShowInput) {
    this.plan = state?.plan;
    this.nextRound = state?.nextRound ?? NO_FURTHER_ROUND;
    this.pagesBegun = state?.pagesBegun ?? 0;
    this.#recounted = state?.recounted ?? false;
    this.#nextPage = state?.nextPage ?? 0;
    this.#rests = [...(state?.rests ?? [])];
    this.#tally = new ShowTally(maxFailures, state);
    this.#pause = new PauseClock(state?.pause);
    this.#pausedCues = new Set(state?.pausedCues);
    this.#cancelled = [...(state?.cancelled ?? [])];
    this.#startedAt = state?.startedAt;
    this.#window = state?.window ?? window;
  }

  /** Begins with the first page of a plan. */
  begin(plan: ShowPlan, round: 'whole' | 'retry', now: string): void {
    this.plan = plan;
    this.#nextPage = 0;
    this.#rests = [];
    this.#startedAt ??= now;
    if (round === 'whole') this.#tally.begin(plan);
    else this.#tally.beginRetry(plan);
    this.#changed();
  }

  /** The plan is through, or given up for another edition. */
  endRound(): void {
    this.plan = undefined;
    this.nextRound = NO_FURTHER_ROUND;
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
    this.#tally.forgive();
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

  cancel({ cueId, variantId }: CuePart): void {
    this.#cancelled.push({ cueId, ...given({ variantId }) });
    this.#changed();
  }

  /** Returns how many variants have failed so far. */
  retryFailed(): number {
    this.nextRound = { ...this.nextRound, retry: true };
    this.resume();
    return this.#tally.counts.failed;
  }

  /** No further variant starts from the present plan. */
  acceptChanges(bundleKey: string): void {
    this.nextRound = { ...this.nextRound, bundleKey };
    this.#changed();
  }

  finish(): void {
    this.#done = true;
    this.#changed();
  }

  get window(): number {
    return this.#window;
  }

  get isPaused(): boolean {
    return this.#pause.paused;
  }

  /** Paused by its failure budget: it waits for a person, even if nothing is left to be done. */
  get waitsForSomebody(): boolean {
    return this.#pause.because !== undefined;
  }

  get pausedCues(): string[] {
    return [...this.#pausedCues];
  }

  get cancelled(): readonly CuePart[] {
    return this.#cancelled;
  }

  isCancelled({ cueId, variantId }: VariantName): boolean {
    return this.#cancelled.some(
      (part) => part.cueId === cueId && (part.variantId === undefined || part.variantId === variantId),
    );
  }

  get failed(): number {
    return this.#tally.counts.failed;
  }

  /** Planned variants that nothing has become of. */
  get missing(): number {
    return this.#tally.missing;
  }

  /** Whether the counts may still be made right by planning once more; asked once. */
  recount(): boolean {
    if (this.#recounted) return false;
    this.#recounted = true;
    return true;
  }

  /** Whether the plan has nothing left to begin, now or when a cue is resumed. */
  get isPlanBegun(): boolean {
    return this.#nextPage >= (this.plan?.pages ?? 0) && this.#rests.length === 0;
  }

  /** What is begun next: what was given back before what was never begun. Undefined if there is nothing, or if all of it is paused. */
  takePage(): NextPage | undefined {
    const index = this.#rests.findIndex(({ cues }) => cues.some((cue) => !this.#pausedCues.has(cue.cueId)));
    const [rest] = index < 0 ? [] : this.#rests.splice(index, 1);
    if (rest !== undefined) return { page: rest.page, only: rest.cues };
    if (this.#nextPage >= (this.plan?.pages ?? 0)) return undefined;
    const page = this.#nextPage;
    this.#nextPage += 1;
    return { page };
  }

  beginPage(workflowId: string): void {
    this.#tally.beginPage(workflowId);
    this.#changed();
  }

  notePage({ page, counts, failures }: PageReport): void {
    this.#tally.note(page, { counts, failures });
    this.#changed();
  }

  endPage(workflowId: string, { page }: NextPage, { rest, ...counted }: PageResult): void {
    this.#tally.end(workflowId, counted);
    if (rest.length > 0) this.#rests.push({ page, cues: rest });
    this.#changed();
  }

  progress(): Omit<ShowProgress, 'runId'> {
    const { because } = this.#pause;
    return {
      phase: this.#phase(),
      ...this.#tally.progress(),
      ...(this.#pausedCues.size === 0 ? {} : { pausedCues: this.pausedCues }),
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      pausedSeconds: Math.round(this.#pause.totalMs() / 1000),
      ...given({ pausedBecause: because }),
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
      nextPage: this.#nextPage,
      rests: this.#rests,
      pagesBegun: this.pagesBegun,
      ...this.#tally.state(),
      startedAt: this.#startedAt ?? '',
      window: this.#window,
      pause: this.#pause.state(),
      pausedCues: this.pausedCues,
      cancelled: this.#cancelled,
      nextRound: this.nextRound,
      recounted: this.#recounted,
    };
  }

  #phase(): ShowProgress['phase'] {
    if (this.#done) return 'done';
    if (this.#pause.paused) return 'paused';
    return this.plan === undefined ? 'planning' : 'running';
  }

  #changed(): void {
    this.revision += 1;
    const because = this.#tally.overBudget();
    if (because !== undefined) this.#pause.pause(because);
  }
}
