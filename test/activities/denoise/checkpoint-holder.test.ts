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

it.each([
  ['it began here', { ownSpoolId: 'theirs' }],
  ['this spool has come as far', { ownSteps: 5 }],
  ['this is where it was sent to go on', { taskQueue: gpuSpoolQueue('ours') }],
  ['no step was complete there', { heartbeatDetails: { ...heartbeatDetails, step: 0 } }],
  ['nobody said anything', { heartbeatDetails: undefined }],
  ['what was said cannot be understood', { heartbeatDetails: 'step 5' }],
])('an image goes on here when %s', (_, changed) => {
  expect(preferredHolder({ ...handover, ...changed })).toBeUndefined();
});
