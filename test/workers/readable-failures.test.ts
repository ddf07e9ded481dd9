/** Failures of activities fit into the server's limit of four KiB, with the message for people at the top. */
import {
  ApplicationFailure,
  CancelledFailure,
  DefaultFailureConverter,
  defaultPayloadConverter,
} from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { asFailure } from '../../activities/failures.js';
import { describeFailure } from '../../domain/failure-text.js';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import { InvalidInputError } from '../../domain/problems.js';
import { StoreError } from '../../storage/object-store.js';
import { readable } from '../../workers/readable-failures.js';

/** `limit.mutableStateActivityFailureSize.error` */
const SERVER_LIMIT = 4096;

const { Failure } = temporal.api.failure.v1;
const encoded = (error: unknown) =>
  new DefaultFailureConverter().errorToFailure(error, defaultPayloadConverter);
const sizeOf = (error: unknown): number => Failure.encode(encoded(error)).finish().length;

/** An error with a stack as large as real ones: many frames with long paths. */
function deep(message: string, cause?: Error): Error {
  const error = new Error(message, cause && { cause });
  const frame =
    '    at async step (file:///somewhere/node_modules/@aws-sdk/client-s3/dist-es/commands/x.js:10:20)\n';
  error.stack = `Error: ${message}\n${frame.repeat(12)}`;
  return error;
}

function storeFailure(problem: string): Error {
  const cause = deep('socket hang up', deep('connect ECONNREFUSED', deep('the innermost')));
  const facts = { verb: 'put', key: 'show/v1/cues/c/1/final.png', store: 's3://bucket', problem } as const;
  const error = new StoreError({ ...facts, kind: 'transient', remedy: 'Check the endpoint.', cause });
  return asFailure(error, 'show/v1 c, variant 1');
}

describe('the failure of an activity', () => {
  it('of a store is too large for the server, and is shortened to fit, with the cause at the top', () => {
    const failure = storeFailure('the connection was closed');
    expect(sizeOf(failure)).toBeGreaterThan(SERVER_LIMIT);
    const sent = readable(failure);
    expect(sizeOf(sent)).toBeLessThan(SERVER_LIMIT);
    const { message, applicationFailureInfo, cause } = encoded(sent);
    expect(message).toBe(failure.message);
    expect(message).toContain('Check the endpoint.');
    expect(applicationFailureInfo?.type).toBe(FAILURE_TYPES.storeFailed);
    expect(JSON.stringify(cause)).toContain('the innermost');
  });

  it.each([['long words'], ['ö€🎨 '.repeat(20)]])('fits with messages of any length: %s', (words) => {
    const sent = readable(storeFailure(words.repeat(1000)));
    expect(sizeOf(sent)).toBeLessThan(SERVER_LIMIT);
    expect((sent as Error).message).toMatch(/…$/);
    expect((sent as Error).message).not.toContain('\uFFFD');
  });

  it('keeps the fields that decide about the next attempt, and the full message if there is no next attempt', () => {
    const holder = { spoolId: 'a', step: 3 };
    const options = { type: 'Some', details: [holder], nextRetryDelay: '1 second' as const };
    expect(readable(ApplicationFailure.create({ message: 'x', ...options }))).toMatchObject(options);
    const final = asFailure(
      new InvalidInputError('the show', [{ where: 'x', message: 'y'.repeat(5000) }]),
      'the show',
    );
    expect(readable(final)).toMatchObject({ message: final.message, nonRetryable: true });
    // People are shown the innermost reason.
    expect(describeFailure(readable(final))).toBe(describeFailure(final));
  });

  it('of a fault of the program keeps the place in the code', () => {
    const { stackTrace } = encoded(readable(new TypeError('x is not a function')));
    expect(stackTrace).toContain('readable-failures.test.ts');
  });

  it('is not made of a cancellation', () => {
    const cancelled = new CancelledFailure('stop');
    expect(readable(cancelled)).toBe(cancelled);
  });
});
