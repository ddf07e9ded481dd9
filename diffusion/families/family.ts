/**
 * What a model family brings to a pipeline: its parts, its sizes and its way with prompts. Each family's `open.ts`
 * opens one from a directory.
 */
import type { ModelIndex } from '../model-directory/model-index.js';
import type { Problems } from '../model-directory/problems.js';
import type { ModelSession, SessionOptions } from '../onnx/session.js';
import type { GenerationRequest } from '../types.js';
import type { Vae } from '../vae/vae.js';
import type { ReadPrompt } from './read-prompt.js';

export interface Family {
  /** Every session, to release them. */
  readonly sessions: readonly ModelSession[];
  readonly vae: Vae;
  /** Latent pixels per transformer token, in each direction; 1 where the network has none. */
  readonly patchSize: number;
  /** Width and height must be multiples of this many pixels, up to `maxSize`. */
  readonly sizeMultiple: number;
  readonly maxSize: number;
  /** Fewest tokens of the T5 part: 1 with T5, 0 without. */
  readonly minSequenceLength: number;
  /** Tokens of a prompt that the network was exported for; absent where it takes any number, or cannot take more than the family's. */
  readonly fixedTokens?: number;
  readPrompt(request: GenerationRequest): ReadPrompt;
}

/** Undefined, with the reasons noted, if a part is missing; a family with problems noted must not be used. */
export type OpenFamily = (
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
) => Promise<Family | undefined>;
