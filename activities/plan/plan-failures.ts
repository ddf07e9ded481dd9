/**
 * Where the errors of planning become ApplicationFailures: what the show itself gets wrong fails at once, with every
 * problem in the message; what the store does is tried again until it is mended.
 */
import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import { InvalidInputError } from '../../domain/problems.js';
import { StoreError } from '../../storage/object-store.js';

/** Runs `work`; throws ApplicationFailures for the errors that are known here, others as they are. */
export async function asPlanFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw planFailure(error);
  }
}

function planFailure(error: unknown): unknown {
  if (error instanceof InvalidInputError)
    return ApplicationFailure.nonRetryable(error.message, FAILURE_TYPES.invalidRequest);
  if (!(error instanceof StoreError)) return error;
  // What a plan reads was written before the show was started: it does not appear by waiting.
  const nonRetryable = error.kind === 'not-found';
  const type = nonRetryable ? FAILURE_TYPES.invalidRequest : FAILURE_TYPES.storeFailed;
  return ApplicationFailure.create({ message: error.message, type, nonRetryable, cause: error });
}
