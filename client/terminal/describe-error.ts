/**
 * From anything thrown to what a person is told. Errors of this project already are sentences; those of Node and
 * of Temporal are translated here, each with what to do about it.
 */

import { InvalidInputError, type Problem } from '../../domain/problems.js';
import { describeSystemError } from './describe-system-error.js';

export interface ErrorDescription {
  readonly message: string;
  /** Every problem of a bad input. */
  readonly problems?: readonly Problem[];
  /** The input has to be changed; trying again cannot help. */
  readonly badUsage: boolean;
}

/** An error whose message is already all that a person needs. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** The command line has to be changed first. */
  readonly badUsage: boolean;

  constructor(message: string, { badUsage = false, ...options }: ErrorOptions & { badUsage?: boolean } = {}) {
    super(message, options);
    this.badUsage = badUsage;
  }
}

/** Describes an error for the terminal. */
export async function describeError(error: unknown): Promise<ErrorDescription> {
  if (error instanceof InvalidInputError)
    return { message: error.message, problems: error.problems, badUsage: true };
  if (!(error instanceof Error)) return { message: String(error), badUsage: false };
  if (error.name === 'StoreUrlError') return { message: error.message, badUsage: true };
  if (error instanceof CommandError) return { message: error.message, badUsage: error.badUsage };
  if (isOurs(error)) return { message: error.message, badUsage: false };
  const system = describeSystemError(error);
  if (system !== undefined) return { message: system, badUsage: false };
  const { describeTemporalError } = await import('./describe-temporal-error.js');
  return { message: describeTemporalError(error) ?? unexpected(error), badUsage: false };
}

/** Errors thrown with a complete sentence. */
const isOurs = (error: Error): boolean => ['StoreError', 'SteeringError'].includes(error.name);

/** A fault of the program: the stack says where, and is wanted in a report. */
const unexpected = (error: Error): string =>
  `Unexpected error, which is a fault of this program: ${error.stack ?? error.message}`;
