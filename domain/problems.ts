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

/** As many problems as a person mends at once; an input of nothing but faults would print for minutes. */
const MAX_PROBLEMS = 100;

/** An input that cannot be used. The message lists every problem, one a line; of very many the first, and how many more there are. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  readonly problems: readonly Problem[];

  constructor(
    readonly subject: string,
    problems: readonly Problem[],
  ) {
    super(`${subject}: ${describeProblems(bounded(problems))}`);
    this.problems = bounded(problems);
  }
}

/** Throws an {@link InvalidInputError} if there is any problem. */
export function refuseIfAny(subject: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidInputError(subject, problems);
}

function bounded(problems: readonly Problem[]): readonly Problem[] {
  const more = problems.length - MAX_PROBLEMS;
  if (more <= 0) return problems;
  return [...problems.slice(0, MAX_PROBLEMS), { where: '', message: `… and ${more} more problems` }];
}

function describeProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ where, message }) =>
    where === '' ? message : `${oneLine(where)}: ${message}`,
  );
  return lines.length === 1 ? lines.join('') : `${lines.length} problems\n  - ${lines.join('\n  - ')}`;
}
