/**
 * Whether a workflow has been cancelled, when an order of it ends otherwise: an activity whose attempt fails while it is being
 * cancelled ends as failed, since the server does not try again. Nobody wants its result any more, all the same.
 */
import { CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';

/** The cancellation that `error` is, or during which it happened; undefined if nobody has cancelled anything. */
export function cancellationBehind(error: unknown): Error | undefined {
  const cancelled = isCancellation(error) || CancellationScope.current().consideredCancelled;
  return cancelled ? asCancellation(error) : undefined;
}

/** What a cancelled workflow throws, whatever it was that ended its order. */
export function asCancellation(error: unknown): Error {
  const cause = error instanceof Error ? error : undefined;
  if (cause !== undefined && isCancellation(cause)) return cause;
  return new CancelledFailure('cancelled, while an order was failing', undefined, cause);
}
