/**
 * The progress of an image in flight, or what it waits for, in words.
 */
import type { LiveImage } from '../../live-image.js';

/** A few words for a tile: `step 3 of 14`. */
export function progressOf({ phase, step, of }: LiveImage): string {
  const counts = phase === 'denoising' && step !== undefined && of !== undefined;
  return counts ? `step ${step} of ${of}` : (SHORT[phase] ?? phase);
}

/** Sentences for the stage. */
export function stateOfLive(image: LiveImage): string {
  const { phase, attempt, lastFailure } = image;
  const now = SENTENCES[phase] ?? `Being made: ${progressOf(image)}.`;
  const again = attempt === undefined || phase === 'over' ? '' : ` This is attempt ${attempt}.`;
  return again === '' || lastFailure === undefined
    ? now + again
    : `${now}${again} The one before: ${lastFailure}`;
}

const SHORT: Readonly<Record<string, string>> = {
  waiting: 'waits for a GPU',
  queued: 'next on a GPU',
  pausing: 'pauses',
  'spool-full': 'spool is full',
  over: 'ended',
};

const SENTENCES: Readonly<Record<string, string>> = {
  waiting: 'Waits for a GPU.',
  queued: 'A GPU has it in hand and makes it next.',
  pausing: 'Pauses before it is tried again.',
  'spool-full': 'Waits for room on the spool of its machine: uploads have to make it first.',
  loading: 'The model is being loaded.',
  decoding: 'All steps are done; the image is being decoded.',
  saving: 'The image is decoded and being written to the spool.',
  uploading: 'Made, and on its way to the store.',
  over: 'No longer in flight. What has become of it is shown in a moment.',
};
