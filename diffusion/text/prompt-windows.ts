/**
 * Which tokenizers read a prompt, and how many tokens each takes: by family, as its pipeline in diffusers does. Plans and engine
 * share it.
 */
import type { ModelFamily } from '../../domain/iterations.js';
import type { ModelIndex } from '../model-directory/model-index.js';

/** Tokens of T5: diffusers' default for `max_sequence_length`. */
export const T5_LENGTH = { sd3: 256, flux: 512 } as const satisfies Partial<Record<ModelFamily, number>>;

/** One tokenizer of a model. */
export interface PromptWindow {
  /** Its folder in the model directory. */
  readonly part: string;
  /** Tokens that its encoder takes, or the part whose tokenizer's configuration says so. */
  readonly length: number | { readonly statedBy: string };
}

const own = (part: string): PromptWindow => ({ part, length: { statedBy: part } });

/** All tokenizers that a model reads a prompt with. */
export function promptWindows({ family, classOf }: Pick<ModelIndex, 'family' | 'classOf'>): PromptWindow[] {
  switch (family) {
    case 'sd':
      return [own('tokenizer')];
    case 'sdxl':
      return [own('tokenizer'), own('tokenizer_2')];
    case 'sd3':
      return [
        own('tokenizer'),
        // Both CLIPs are cut at the first one's length.
        { part: 'tokenizer_2', length: { statedBy: 'tokenizer' } },
        ...(classOf('text_encoder_3') === undefined ? [] : [{ part: 'tokenizer_3', length: T5_LENGTH.sd3 }]),
      ];
    case 'flux':
      return [own('tokenizer'), { part: 'tokenizer_2', length: T5_LENGTH.flux }];
  }
}
