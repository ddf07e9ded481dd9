/**
 * Variant ids as ranges: a list of thousands of ids that travels from one execution to the next is a few numbers then.
 */

/** First and last id of a run of consecutive ids, both included. */
export type VariantRange = readonly [first: number, last: number];

/** The ranges that hold exactly these ids, in ascending order. */
export function rangesOf(variantIds: readonly number[]): VariantRange[] {
  const ranges: [number, number][] = [];
  for (const id of variantIds.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && id <= last[1] + 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}

export const isInRanges = (ranges: readonly VariantRange[], id: number): boolean =>
  ranges.some(([first, last]) => first <= id && id <= last);

export const countInRanges = (ranges: readonly VariantRange[]): number =>
  ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
