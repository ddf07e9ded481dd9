/** A family's way from prompts to its network: tokens first, then a function of latents and timestep. */
import type { Latents } from '../types.js';

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
