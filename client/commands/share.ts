/**
 * Shares on the command line: `5%`.
 */
import { InvalidArgumentError } from 'commander';

/** Parses a percentage above 0 and up to 100 into 0…1. */
export function percentage(text: string): number {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text) ?? [];
  const share = Number(digits) / 100;
  if (!(share > 0 && share <= 1))
    throw new InvalidArgumentError('Expected a share above 0% and up to 100%, like 5%.');
  return share;
}
