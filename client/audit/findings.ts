/**
 * What an audit can find, and what of it a new generation mends.
 */

export type FindingKind =
  | 'missing-variant'
  | 'missing-final'
  | 'missing-timing'
  | 'missing-steps'
  | 'extra-steps'
  | 'bad-timing'
  | 'wrong-size'
  | 'wrong-content-type'
  | 'undecodable'
  | 'stale'
  | 'unexpected';

export interface Finding {
  readonly kind: FindingKind;
  readonly cueId: string;
  /** Absent for objects that belong to no variant. */
  readonly variantId?: number;
  /** What is wrong, as part of a sentence. */
  readonly message: string;
}

/**
 * Generating a variant again replaces its objects; it removes none: an operator has to delete what is too much. What is only
 * stale is whole: it is made again when an operator says so.
 */
export const isMendable = ({ kind }: Finding): boolean =>
  kind !== 'extra-steps' && kind !== 'unexpected' && kind !== 'stale';

/** `3`, `1, 2, 5` or `1-40, 42`: many steps in few words. */
export function describeNumbers(numbers: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && number === run.last + 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs
    .map(({ first, last }) =>
      first === last ? `${first}` : `${first}${last === first + 1 ? ', ' : '-'}${last}`,
    )
    .join(', ');
}
