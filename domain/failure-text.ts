/**
 * The one line that a person reads about a failure that has passed through activities, children and servers.
 */
import { ApplicationFailure } from '@temporalio/common';

/** The innermost reason, with its type where it has one: `NonFiniteLatents: latents are not finite at step 3`. */
export function describeFailure(error: unknown): string {
  const cause = innermost(error);
  const message = cause instanceof Error ? cause.message : String(cause);
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return type === undefined || type === null || type === 'Error' ? message : `${type}: ${message}`;
}

function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}
