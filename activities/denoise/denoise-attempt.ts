/**
 * One attempt at one rendition, as the parts of `denoise` hand it to each other.
 */

import type { RenditionRequest } from '../../domain/rendition.js';
import type { Whereabouts } from './denoise-heartbeats.js';
import type { StepPicture } from './picture-maker.js';

export interface Attempt {
  readonly request: RenditionRequest;
  readonly renditionId: string;
  /** Names the variant in messages. */
  readonly subject: string;
  /** Aborts when the activity is cancelled, for whatever reason. */
  readonly signal: AbortSignal;
  /** Tells people and the server where the attempt is, and what its last step shows. */
  readonly say: (now: Whereabouts, picture?: StepPicture) => void;
}
