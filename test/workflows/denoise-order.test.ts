/** The retry rules of `denoise`: when a variant is tried again, and when it fails. As a unit test, because the pauses are long. */
import {
  ActivityFailure,
  ApplicationFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { expect, test } from 'vitest';
import { FAILURE_TYPES, type FailureType } from '../../domain/failure-types.js';
import { pauseAfter, throwIfHopeless } from '../../workflows/denoise-order.js';

const failed = (retryState: RetryState, cause: Error): ActivityFailure =>
  new ActivityFailure('Activity task failed', 'denoise', '1', retryState, 'gpu', cause);

const failedWith = (type: FailureType, retryState: RetryState): ActivityFailure =>
  failed(retryState, ApplicationFailure.create({ type, message: 'SIGSEGV in step 2' }));

test('after a lost engine there are nine more attempts with growing pauses, then the variant fails with the last reason', () => {
  const lost = failedWith(FAILURE_TYPES.engineLost, RetryState.NON_RETRYABLE_FAILURE);
  for (let times = 1; times < 10; times++) expect(() => throwIfHopeless(lost, times)).not.toThrow();
  expect(() => throwIfHopeless(lost, 10)).toThrow(/lost 10 times in a row.*EngineLost: SIGSEGV in step 2/);
  expect([1, 2, 3, 4, 9, 10].map(pauseAfter)).toEqual([0, 1000, 2000, 4000, 60_000, 60_000]);
});

test('a permanent failure is passed on unchanged', () => {
  const nan = failedWith(FAILURE_TYPES.nonFiniteLatents, RetryState.NON_RETRYABLE_FAILURE);
  expect(() => throwIfHopeless(nan, 0)).toThrow(nan);
});

test('a store that is unreachable for longer than all attempts does not make the variant fail', () => {
  const away = failedWith(FAILURE_TYPES.storeFailed, RetryState.MAXIMUM_ATTEMPTS_REACHED);
  expect(() => throwIfHopeless(away, 0)).not.toThrow();
});

test('a variant fails if its worker stops heartbeating in every attempt', () => {
  const silence = new TimeoutFailure('activity Heartbeat timeout', undefined, TimeoutType.HEARTBEAT);
  expect(() => throwIfHopeless(failed(RetryState.MAXIMUM_ATTEMPTS_REACHED, silence), 0)).toThrow(
    /fell silent/,
  );
});
