/**
 * What a show counts: variants by what has become of them, the latest failures with their reasons, and how much of its
 * failure budget is used. A page is counted by what it has reported while it runs, and by its result once it has ended.
 */
import { describeBudget, exceedsBudget, type FailureBudget } from '../domain/failure-budget.js';
import {
  addCounts,
  latestFailures,
  NO_VARIANTS,
  type PageInFlight,
  type ShowPlan,
  sumOf,
  type VariantCounts,
  type VariantFailure,
} from '../domain/progress.js';
import type { VariantStatus } from '../domain/search-attributes.js';
import type { ShowState } from '../domain/show-state.js';

/** What a page has counted. */
export interface PageCounts {
  readonly counts: VariantCounts;
  readonly failures: readonly VariantFailure[];
}

export class ShowTally {
  #planned: number;
  #ended: PageCounts;
  readonly #running = new Map<string, PageCounts>();
  #forgiven: number;

  constructor(
    private readonly budget: FailureBudget | undefined,
    state: ShowState | undefined,
  ) {
    this.#planned = state?.planned ?? 0;
    this.#ended = { counts: state?.counts ?? NO_VARIANTS, failures: state?.failures ?? [] };
    this.#forgiven = state?.forgiven ?? 0;
  }

  /** A plan of the whole run: what was counted before belongs to another one. */
  begin({ variants, stored }: ShowPlan): void {
    this.#planned = variants;
    this.#ended = { counts: { ...NO_VARIANTS, skipped: stored }, failures: [] };
    this.#forgiven = 0;
  }

  /** A plan of what failed: it is counted anew. What is not in the plan stays failed. */
  beginRetry({ variants, stored }: ShowPlan): void {
    const { counts } = this.#ended;
    this.#ended = {
      counts: { ...counts, failed: Math.max(0, counts.failed - (variants - stored)) },
      failures: [],
    };
    this.#forgiven = 0;
  }

  beginPage(page: string): void {
    this.#running.set(page, { counts: NO_VARIANTS, failures: [] });
  }

  /** What a running page has counted so far, instead of what it said before. A report may arrive behind the page's end. */
  note(page: string, counted: PageCounts): void {
    if (this.#running.has(page)) this.#running.set(page, counted);
  }

  /** What a page has counted in the end. */
  end(page: string, counted: PageCounts): void {
    this.#running.delete(page);
    this.#ended = add(this.#ended, counted);
  }

  get counts(): VariantCounts {
    return this.#now().counts;
  }

  /** What each running page has counted. */
  get pagesInFlight(): PageInFlight[] {
    return [...this.#running].map(([workflowId, { counts }]) => ({ workflowId, counts }));
  }

  /** Variants that the run answers for and that nothing has become of. */
  get missing(): number {
    return this.#planned - sumOf(this.counts);
  }

  /** Goes on in spite of the failures so far: the budget begins anew. */
  forgive(): void {
    this.#forgiven = this.counts.failed;
  }

  /** Why the show should pause, if so many have failed that its budget is used up. */
  overBudget(): string | undefined {
    const { failed, skipped } = this.counts;
    const toGenerate = this.#planned - skipped;
    const counted = failed - this.#forgiven;
    if (this.budget === undefined || !exceedsBudget(this.budget, counted, toGenerate)) return undefined;
    return `${counted} of ${toGenerate} variants have failed, and at most ${describeBudget(this.budget)} may; "show resume" goes on, "show retry" generates the failed ones again as well`;
  }

  progress() {
    const { counts, failures } = this.#now();
    return { planned: this.#planned, ...counts, failures, pagesInFlight: this.pagesInFlight };
  }

  /** Between executions no page runs. */
  state() {
    const { counts, failures } = this.#ended;
    return { planned: this.#planned, counts, failures, forgiven: this.#forgiven };
  }

  /** The worst that happened to any variant. */
  status(): VariantStatus {
    const { failed, degraded } = this.counts;
    if (failed > 0) return 'failed';
    return degraded > 0 ? 'degraded' : 'stored';
  }

  #now(): PageCounts {
    return [...this.#running.values()].reduce(add, this.#ended);
  }
}

const add = (a: PageCounts, b: PageCounts): PageCounts => ({
  counts: addCounts(a.counts, b.counts),
  failures: latestFailures([...a.failures, ...b.failures]),
});
