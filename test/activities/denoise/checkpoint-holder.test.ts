import { expect, it } from 'vitest';
import { preferredHolder } from '../../../activities/denoise/checkpoint-holder.js';
import { GPU_QUEUE, gpuSpoolQueue } from '../../../domain/task-queues.js';

const heartbeatDetails = {
  phase: 'denoising',
  step: 5,
  of: 9,
  at: '2026-11-20T03:00:00Z',
  spoolId: 'theirs',
};
const handover = { taskQueue: GPU_QUEUE, heartbeatDetails, ownSteps: 0, ownSpoolId: 'ours' };

it('an image that has begun on another spool is better resumed there', () => {
  expect(preferredHolder(handover)).toEqual({ spoolId: 'theirs', step: 5 });
});

it('what it would cost to do the steps again is told, if it is known', () => {
  const timed = { ...heartbeatDetails, doneMs: 42_000 };
  expect(preferredHolder({ ...handover, heartbeatDetails: timed })).toEqual({
    spoolId: 'theirs',
    step: 5,
    doneMs: 42_000,
  });
});

it.each([
  ['it has begun on this spool', { ownSpoolId: 'theirs' }],
  ['this spool has as many steps', { ownSteps: 5 }],
  ['it was sent to this spool to be resumed', { taskQueue: gpuSpoolQueue('ours') }],
  ['the other spool has no complete step', { heartbeatDetails: { ...heartbeatDetails, step: 0 } }],
  ['there is no heartbeat', { heartbeatDetails: undefined }],
  ['the heartbeat is malformed', { heartbeatDetails: 'step 5' }],
])('an image is generated on this spool when %s', (_, changed) => {
  expect(preferredHolder({ ...handover, ...changed })).toBeUndefined();
});
