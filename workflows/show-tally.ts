/**
 * What a show counts: variants by outcome, the latest failures with their reasons, and how much of its failure
 * budget is used. Variants of cues in flight join when their cue ends; only failures are known sooner.
 */
import { describeBudget, exceedsBudget, type FailureBudget } from '../domain/failure-budget.js';
import {
  MAX_REPORTED_FAILURES,
  type ShowPlan,
  type VariantCounts,
  type VariantFailure,
} from '../domain/progress.js';
import type { VariantStatus } from '../domain/search-attributes.js';
import type { ShowState } from '../domain/show-state.js';

export class ShowTally {
  readonly #budget: FailureBudget | undefined;
  readonly #counts: { stored: number; degraded: number; failed: number };
  #failures: VariantFailure[];
  #forgiven: number;
  #storedInEarlierRounds: number;

  constructor(budget: FailureBudget | undefined, state: ShowState | undefined) {
    const { stored, degraded, failed } = state ?? { stored: 0, degraded: 0, failed: 0 };
    this.#budget = budget;
    this.#counts = { stored, degraded, failed };
    this.#failures = [...(state?.failures ?? [])];
    this.#forgiven = state?.forgiven ?? 0;
    this.#storedInEarlierRounds = state?.storedInEarlierRounds ?? 0;
  }

  add({ stored, degraded, failed }: VariantCounts, failures: readonly VariantFailure[]): void {
    this.#counts.stored += stored;
    this.#counts.degraded += degraded;
    this.#counts.failed += failed;
    this.#failures = [...this.#failures, ...failures].slice(-MAX_REPORTED_FAILURES);
  }

  get failed(): number {
    return this.#counts.failed;
  }

  /** What failed is about to be planned once more. */
  beginRound(): void {
    this.#storedInEarlierRounds = this.#counts.stored + this.#counts.degraded;
    this.#counts.failed = 0;
    this.#failures = [];
    this.#forgiven = 0;
  }

  /** Goes on in spite of so many failures: the budget begins anew. */
  forgive(failed: number): void {
    this.#forgiven = failed;
  }

  /** Why the show should pause, if so many failures, those of cues in flight included, use up its budget. */
  overBudget(failed: number, plan: ShowPlan | undefined): string | undefined {
    const toGenerate = plan === undefined ? 0 : plan.variants - plan.stored;
    const counted = failed - this.#forgiven;
    if (this.#budget === undefined || !exceedsBudget(this.#budget, counted, toGenerate)) return undefined;
    return `${counted} of ${toGenerate} variants have failed, and at most ${describeBudget(this.#budget)} may; "show resume" goes on, "show retry" generates the failed ones again as well`;
  }

  progress({ variants, stored }: Pick<ShowPlan, 'variants' | 'stored'>) {
    return {
      planned: variants,
      skipped: Math.max(0, stored - this.#storedInEarlierRounds),
      ...this.#counts,
      failures: [...this.#failures],
    };
  }

  state() {
    return {
      ...this.#counts,
      failures: this.#failures,
      forgiven: this.#forgiven,
      storedInEarlierRounds: this.#storedInEarlierRounds,
    };
  }

  /** The worst that happened to any variant. */
  status(): VariantStatus {
    if (this.#counts.failed > 0) return 'failed';
    return this.#counts.degraded > 0 ? 'degraded' : 'stored';
  }
}
