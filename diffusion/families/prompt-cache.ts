/**
 * The variants of a cue differ in their seeds only: what the text encoders made of the last prompt is kept for the
 * next request. One prompt, since cues come one after the other.
 */
import type { GenerationRequest } from '../types.js';
import type { Predict, ReadPrompt } from './read-prompt.js';

export class PromptCache {
  private last: { readonly key: string; readonly predict: Predict } | undefined;

  /** The network conditioned on the request's prompt: the last one if nothing that matters has changed. */
  async encode(request: GenerationRequest, prompt: ReadPrompt): Promise<Predict> {
    const key = keyOf(request);
    if (this.last?.key === key) return this.last.predict;
    this.last = undefined; // frees its memory before more is needed
    const predict = await prompt.encode();
    this.last = { key, predict };
    return predict;
  }
}

/** Everything of a request that conditions the network. */
function keyOf({
  prompt,
  negativePrompt,
  guidance,
  width,
  height,
  maxSequenceLength,
  longPrompts,
  promptSyntax,
}: GenerationRequest): string {
  const words = [prompt, negativePrompt ?? null, longPrompts ?? null, promptSyntax ?? null];
  return JSON.stringify([...words, guidance, width, height, maxSequenceLength ?? null]);
}
