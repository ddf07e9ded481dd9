/**
 * The one line that a person reads about a failure that has passed through activities, children and servers: the outermost sentence
 * that says what happened and what to do. What it was caused by (a socket that hung up, say) is for whoever looks into the history.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';

/** What happened, with its type where it has one: `NonFiniteLatents: latents are not finite at step 3`. */
export function describeFailure(error: unknown): string {
  const { type, message } = toldBy(error);
  return type === undefined ? message : `${type}: ${message}`;
}

/** The same without its type, for a sentence that names it. */
export const messageOfFailure = (error: unknown): string => toldBy(error).message;

interface Told {
  readonly type: string | undefined;
  readonly message: string;
}

function toldBy(error: unknown): Told {
  if (!(error instanceof Error)) return { type: undefined, message: String(error) };
  const own = { type: typeOf(error), message: error.message };
  if (error.cause === undefined) return own;
  const inner = toldBy(error.cause);
  if (saysNothing(error)) return inner;
  if (inner.message === '') return own;
  // "variant 7 …: latents are not finite" of "latents are not finite": whoever reads it knows which variant.
  return own.message.endsWith(inner.message) ? { ...inner, type: own.type ?? inner.type } : own;
}

function typeOf(error: Error): string | undefined {
  const type = error instanceof ApplicationFailure ? error.type : undefined;
  return type === null || type === 'Error' ? undefined : type;
}

/** In place of a failure of an activity that it finds too large. */
const CUT_BY_THE_SERVER = 'Failure exceeds size limit.';

/** What only passes on its cause. */
const saysNothing = (error: Error): boolean =>
  error instanceof ActivityFailure ||
  error instanceof ChildWorkflowFailure ||
  error instanceof TimeoutFailure ||
  error.message === CUT_BY_THE_SERVER;
