/**
 * One field of a calendar as people write it: `*`, `5`, `1,15`, `8..17`, `*` or `0` with a step as in `0/15`.
 */

export interface NumberRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Parses a field whose values go from `min` to `max`; undefined if it is none. */
export function parseRanges(text: string, min: number, max: number): NumberRange[] | undefined {
  const ranges = text.split(',').map((part) => parseRange(part, min, max));
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function parseRange(text: string, min: number, max: number): NumberRange | undefined {
  const match = /^(?:\*|(\d{1,4})(?:\.\.(\d{1,4}))?)(?:\/(\d{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, first, last, every] = match;
  const start = first === undefined ? min : Number(first);
  const single = first !== undefined && every === undefined;
  const end = last === undefined ? (single ? start : max) : Number(last);
  const step = every === undefined ? 1 : Number(every);
  return start >= min && start <= end && end <= max && step >= 1 ? { start, end, step } : undefined;
}
