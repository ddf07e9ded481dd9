/**
 * The one line that a person reads about a failure that has passed through activities, children and servers.
 */
import { ApplicationFailure } from '@temporalio/common';

/** The innermost reason, with its type where it has one: `NonFiniteLatents: latents are not finite at step 3`. */
export function describeFailure(error: unknown): string {
  const cause = innermost(error);
  const message = messageOfFailure(cause);
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return type === undefined || type === null || type === 'Error' ? message : `${type}: ${message}`;
}

/** The same without its type, for a sentence that names it. */
export function messageOfFailure(error: unknown): string {
  const cause = innermost(error);
  return cause instanceof Error ? cause.message : String(cause);
}

function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}
