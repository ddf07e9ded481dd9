/**
 * What the denoising loop works with: a model family and a scheduler. A family knows its parts, its prompt and its
 * network; steps, schedulers, pictures, events and resuming are the same for all.
 */
import type { ModelFamily } from '../../domain/iterations.js';
import type { Rng } from '../random/generator.js';
import type { Scheduler } from '../schedulers/schedule.js';
import type { VaeDecoder } from '../vae/vae.js';
import type { Family } from './family.js';
import type { PromptCache } from './prompt-cache.js';

export interface Pipeline extends Family {
  readonly name: ModelFamily;
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly prompts: PromptCache;
  /** For previews, where the directory has one. */
  readonly taesd: VaeDecoder | undefined;
}
