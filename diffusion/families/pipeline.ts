/**
 * What the denoising loop works with: a model family and a scheduler. A family knows its parts, its prompt and its
 * network; steps, schedulers, pictures, events and resuming are the same for all.
 */

import type { ModelFamily } from '../../domain/iterations.js';
import type { Rng } from '../random/random.js';
import type { Scheduler } from '../schedulers/schedule.js';
import type { Latents } from '../types.js';
import type { VaeDecoder } from '../vae/vae.js';
import type { Family } from './family.js';
import type { PromptCache } from './prompt-cache.js';

/**
 * The network's guided output at these latents, of their length.
 * @param latents as the scheduler wants the network to see them
 */
export type Predict = (latents: Latents, timestep: number) => Promise<Float32Array>;

/** A request's prompts as tokens. */
export interface ReadPrompt {
  /** What was cut off, one phrase per tokenizer that cut. */
  readonly truncated: readonly string[];
  /** Runs the text encoders; everything that stays the same over the steps is made here, once. */
  encode(): Promise<Predict>;
}

export interface Pipeline extends Family {
  readonly name: ModelFamily;
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly prompts: PromptCache;
  /** For previews, where the directory has one. */
  readonly taesd: VaeDecoder | undefined;
}
