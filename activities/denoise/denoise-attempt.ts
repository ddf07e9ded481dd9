/**
 * One attempt at one rendition, as the parts of `denoise` hand it to each other.
 */

import type { DenoiseHeartbeat } from '../../domain/denoise-heartbeat.js';
import type { RenditionRequest } from '../../domain/rendition.js';

export interface Attempt {
  readonly request: RenditionRequest;
  readonly renditionId: string;
  /** Names the variant in messages. */
  readonly subject: string;
  /** Aborts when the activity is cancelled, for whatever reason. */
  readonly signal: AbortSignal;
  /** Tells people and the server where the attempt is. */
  readonly say: (phase: DenoiseHeartbeat['phase'], step: number, of: number) => void;
}
