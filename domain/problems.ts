/**
 * Bad input is refused at the door with every problem named, not the first only. This file is the one shape
 * in which any room reports such problems: where in the input, and what was expected there.
 */
import { oneLine } from './printable.js';

/** One thing wrong with an input: `where` is a path a person can find (`cue 12, program`), `message` what was expected. */
export interface Problem {
  readonly where: string;
  readonly message: string;
}

/** An input that cannot be used. The message lists every problem, one a line. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  constructor(
    readonly subject: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${subject}: ${describeProblems(problems)}`);
  }
}

/** Throws an {@link InvalidInputError} if there is any problem. */
export function refuseIfAny(subject: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidInputError(subject, problems);
}

function describeProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ where, message }) =>
    where === '' ? message : `${oneLine(where)}: ${message}`,
  );
  return lines.length === 1 ? lines.join('') : `${lines.length} problems\n  - ${lines.join('\n  - ')}`;
}
