/**
 * What an activity fails with, small enough to be read. Of the failure of an activity that is tried again, the server keeps four KiB
 * (`limit.mutableStateActivityFailureSize.error`) and shows "Failure exceeds size limit." in place of a larger one: three errors within
 * each other, with their stacks, are larger. So the message stays, and of what caused it the words and the innermost stack's first lines.
 */
import { CompleteAsyncError } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Bytes of UTF-8; in all less than the server's limit, with details and types. */
interface Room {
  readonly message: number;
  readonly innermost: number;
  readonly cause: number;
}

const RETRIED: Room = { message: 1600, innermost: 600, cause: 200 };
/** A failure that ends the activity goes into the history, which has room for what names many problems. */
const FINAL: Room = { message: Infinity, innermost: Infinity, cause: Infinity };
const STACK_BYTES = 700;
/** Of a chain of causes, the innermost is what happened; those between only say how it was passed on. */
const MOST_CAUSES = 3;

const interceptor: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        throw readable(error);
      }
    },
  },
});

/** For every worker that runs activities. */
export const READABLE_FAILURES = { activity: [interceptor] };

/** The same failure, within the limits; cancellations and what is no failure pass as they are. */
export function readable(error: unknown): unknown {
  if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) return error;
  if (!(error instanceof Error)) return error;
  const { type, nonRetryable, details, nextRetryDelay, category } =
    error instanceof ApplicationFailure ? error : ApplicationFailure.create({ type: error.name });
  const room = nonRetryable === true ? FINAL : RETRIED;
  const message = cut(error.message, room.message);
  const cause = chained(causesOf(error), room);
  const failure = new ApplicationFailure(
    message,
    type,
    nonRetryable,
    details,
    cause,
    nextRetryDelay,
    category,
  );
  failure.stack = cause !== undefined ? '' : cut(framesOf(error), STACK_BYTES);
  return failure;
}

/** Without the error itself, the outermost first. */
function causesOf(error: Error): Error[] {
  const causes: Error[] = [];
  for (let cause = error.cause; cause instanceof Error && !causes.includes(cause); cause = cause.cause)
    causes.push(cause);
  return causes.slice(-MOST_CAUSES);
}

function chained([first, ...rest]: readonly Error[], room: Room): Error | undefined {
  if (first === undefined) return undefined;
  const cause = chained(rest, room);
  const bytes = cause === undefined ? room.innermost : room.cause;
  const lean = new Error(cut(first.message, bytes), cause && { cause });
  lean.name = first.name;
  lean.stack = rest.length === 0 ? cut(framesOf(first), STACK_BYTES) : '';
  return lean;
}

/** The stack without the message, which it repeats. */
function framesOf({ stack = '' }: Error): string {
  const at = stack.search(/^\s+at /m);
  return at < 0 ? '' : stack.slice(at);
}

function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // A character that is cut in two becomes a replacement character, which goes as well.
  const kept = Buffer.from(text)
    .subarray(0, bytes - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return `${kept}…`;
}
