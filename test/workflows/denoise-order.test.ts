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
import { throwIfHopeless } from '../../workflows/denoise-order.js';

const failed = (retryState: RetryState, cause: Error): ActivityFailure =>
  new ActivityFailure('Activity task failed', 'denoise', '1', retryState, 'gpu', cause);

const failedWith = (type: FailureType, retryState: RetryState): ActivityFailure =>
  failed(retryState, ApplicationFailure.create({ type, message: 'no' }));

test('a permanent failure is passed on unchanged', () => {
  const refused = failedWith(FAILURE_TYPES.invalidRequest, RetryState.NON_RETRYABLE_FAILURE);
  expect(() => throwIfHopeless(refused)).toThrow(refused);
});

test('a store that is unreachable for longer than all attempts does not make the variant fail', () => {
  const away = failedWith(FAILURE_TYPES.storeFailed, RetryState.MAXIMUM_ATTEMPTS_REACHED);
  expect(() => throwIfHopeless(away)).not.toThrow();
});

test('a variant fails if its worker stops heartbeating in every attempt', () => {
  const silence = new TimeoutFailure('activity Heartbeat timeout', undefined, TimeoutType.HEARTBEAT);
  expect(() => throwIfHopeless(failed(RetryState.MAXIMUM_ATTEMPTS_REACHED, silence))).toThrow(/fell silent/);
});
