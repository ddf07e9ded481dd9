/**
 * Whether a workflow has been cancelled, when an order of it ends otherwise: an activity whose attempt fails while it is being
 * cancelled ends as failed, since the server does not try again. Nobody wants its result any more, all the same.
 */
import { CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';

/** The cancellation that `error` is, or during which it happened; undefined if nobody has cancelled anything. */
export function cancellationBehind(error: unknown): Error | undefined {
  if (error instanceof Error && isCancellation(error)) return error;
  if (!CancellationScope.current().consideredCancelled) return undefined;
  return new CancelledFailure('cancelled, while an order was failing', undefined, asError(error));
}

const asError = (error: unknown): Error | undefined => (error instanceof Error ? error : undefined);
