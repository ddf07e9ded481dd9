/**
 * Statistics for few repetitions on a shared machine: the median, and beside it the smallest and the largest value.
 */

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** NaN throughout when there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  return {
    median: percentile(sorted, 0.5),
    low: sorted.at(0) ?? Number.NaN,
    high: sorted.at(-1) ?? Number.NaN,
  };
}

/** The value below which this share of the values lies, interpolated. @param sorted ascending */
export function percentile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
