/** The one line about a failure, whatever it has been wrapped in. */
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  DefaultFailureConverter,
  defaultPayloadConverter,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { asFailure } from '../../activities/failures.js';
import { describeFailure, messageOfFailure } from '../../domain/failure-text.js';
import { EngineFailedError } from '../../engine/engine.js';
import { StoreError } from '../../storage/object-store.js';

const converter = new DefaultFailureConverter();

/** As it arrives where it is read. */
const sent = (error: unknown): Error =>
  converter.failureToError(converter.errorToFailure(error, defaultPayloadConverter), defaultPayloadConverter);

const byActivity = (cause: Error) =>
  new ActivityFailure('Activity task failed', 'uploadFinal', '7', 'MAXIMUM_ATTEMPTS_REACHED', 'me', cause);
const byChild = (cause: Error) =>
  new ChildWorkflowFailure(
    'default',
    { workflowId: 'w', runId: 'r' },
    'Variant',
    'NON_RETRYABLE_FAILURE',
    cause,
  );

const refused = new StoreError({
  ...{ kind: 'permanent', verb: 'put', key: 'a/final.png', store: 's3://b' },
  problem: 'the bucket does not exist',
  remedy: 'Create the bucket.',
  cause: new Error('NoSuchBucket: UnknownError', { cause: new Error('socket hang up') }),
});

describe('the line about a failure', () => {
  it('is the sentence with what to do, not what the network said', () => {
    const failure = sent(byActivity(asFailure(refused, 'show/v1 c, variant 1')));
    expect(messageOfFailure(failure)).toBe(refused.message);
    expect(describeFailure(failure)).toBe(`StoreFailed: ${refused.message}`);
  });

  it('does not repeat whose failure it is, however many have passed it on', () => {
    const latents = asFailure(
      new EngineFailedError({ kind: 'non-finite', message: 'latents are not finite' }),
      'show/v1 c, variant 1',
    );
    const variant = ApplicationFailure.create({
      message: `variant 1 of cue c could not be generated: ${describeFailure(latents)}`,
      type: 'NonFiniteLatents',
      cause: byActivity(latents),
    });
    expect(describeFailure(sent(byChild(variant)))).toBe('NonFiniteLatents: latents are not finite');
  });

  it('is what was too large for the server, if that is all it kept', () => {
    const kept = ApplicationFailure.create({ message: 'Failure exceeds size limit.', cause: refused });
    expect(messageOfFailure(sent(kept))).toBe(refused.message);
  });

  it('is said of anything', () => {
    expect(describeFailure(new TypeError('x is undefined'))).toBe('x is undefined');
    expect(describeFailure('a word')).toBe('a word');
  });
});
