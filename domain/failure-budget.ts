/**
 * How many variants of a show may fail before it pauses and waits for a person, rather than burning through hours of
 * paid GPU time with a broken model.
 */

/** A number of variants, or a share of those that the run has to generate. */
export type FailureBudget = { readonly count: number } | { readonly percent: number };

/** Whether `failed` variants of `toGenerate` are more than the budget allows. */
export function exceedsBudget(budget: FailureBudget, failed: number, toGenerate: number): boolean {
  return failed > ('count' in budget ? budget.count : (budget.percent / 100) * toGenerate);
}

/** `3` or `5 %`. */
export const describeBudget = (budget: FailureBudget): string =>
  'count' in budget ? String(budget.count) : `${budget.percent} %`;
