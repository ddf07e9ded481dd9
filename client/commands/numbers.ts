/**
 * Numbers on the command line, refused in commander's own words (and with exit code 2) when they are none.
 */
import { InvalidArgumentError } from 'commander';
import type { FailureBudget } from '../../domain/failure-budget.js';

/** Largest variant number that an object key may hold. */
export const MAX_VARIANT = 999_999_999;

/** Parses a whole number from `min` to `max`. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };

/** Parses a number above 0, with decimals. */
export function positiveNumber(text: string): number {
  const value = /^\d{1,10}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** Parses how many variants may fail: `3`, or a share of what is to be generated, `5%`. */
export function failureBudget(text: string): FailureBudget {
  const [, number, percent] = /^(\d{1,9}(?:\.\d{1,3})?)(%?)$/.exec(text) ?? [];
  const value = Number(number);
  if (percent === '%' && value <= 100) return { percent: value };
  if (percent === '' && Number.isInteger(value)) return { count: value };
  throw new InvalidArgumentError('Expected a number of variants like 3, or a share like 5%.');
}
