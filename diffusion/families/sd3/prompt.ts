/**
 * Prompt to conditioning, as `StableDiffusion3Pipeline.encode_prompt`: the penultimate hidden states of both
 * CLIP encoders side by side, padded with zeros to the transformer's width, then T5's tokens (or zeros when
 * the model has no T5); the pooled CLIP embeddings side by side.
 */
import { type FloatArray, idTensor, runSession, runSessionFor } from '../../onnx/session.js';
import { clipLength, type Tokens } from '../../text/tokenizer.js';
import { copyColumns } from '../join-columns.js';
import { penultimateOutput, type TextEncoder } from '../parts.js';
import { truncations } from '../truncation.js';
import type { Sd3Parts } from './parts.js';

/** Token ids of one prompt for each encoder. */
export interface PromptTokens {
  readonly clip: readonly [Tokens, Tokens];
  /** Undefined without T5. */
  readonly t5: Tokens | undefined;
  /** Tokens of the T5 part, zeros or not. */
  readonly t5Length: number;
}

/** Conditioning of one prompt: `embeds` [1, tokens, width], `pooled` [1, width']. */
export interface PromptEmbeds {
  readonly embeds: FloatArray;
  readonly pooled: FloatArray;
}

/** Cuts and pads the prompt for every encoder; both CLIPs use the first tokenizer's length, as diffusers does. */
export function tokenizePrompt(parts: Sd3Parts, prompt: string, maxSequenceLength: number): PromptTokens {
  const [first, second] = parts.clip;
  const length = clipLength(first.tokenizer);
  return {
    clip: [first.tokenizer.encode(prompt, length), second.tokenizer.encode(prompt, length)],
    t5: parts.t5?.tokenizer.encode(prompt, maxSequenceLength),
    t5Length: maxSequenceLength,
  };
}

/** What was cut off, one entry per tokenizer that cut; `of` names the prompt in it. */
export function cutsOf(parts: Sd3Parts, tokens: PromptTokens, of: string): string[] {
  const [first, second] = parts.clip;
  return truncations(
    [
      { encoder: first, cut: tokens.clip[0] },
      { encoder: second, cut: tokens.clip[1] },
      { encoder: parts.t5, cut: tokens.t5 },
    ],
    of,
  );
}

/** Runs the text encoders. @param width the transformer's token width (`joint_attention_dim`) */
export async function encodePrompt(
  parts: Sd3Parts,
  tokens: PromptTokens,
  width: number,
): Promise<PromptEmbeds> {
  const first = await encodeClip(parts.clip[0], tokens.clip[0]);
  const second = await encodeClip(parts.clip[1], tokens.clip[1]);
  const clipLength = tokens.clip[0].ids.length;
  const embeds = new Float32Array((clipLength + tokens.t5Length) * width);
  copyColumns(embeds, width, 0, first.hidden);
  copyColumns(embeds, width, first.hidden.dims.at(-1) ?? 0, second.hidden);
  if (parts.t5 && tokens.t5) embeds.set(await encodeT5(parts.t5, tokens.t5), clipLength * width);
  const pooled = Float32Array.from([...first.pooled.data, ...second.pooled.data]);
  return {
    embeds: { data: embeds, dims: [1, clipLength + tokens.t5Length, width] },
    pooled: { data: pooled, dims: [1, pooled.length] },
  };
}

async function encodeClip(
  { session }: TextEncoder,
  { ids }: Tokens,
): Promise<{ hidden: FloatArray; pooled: FloatArray }> {
  const feeds = { input_ids: idTensor(session, 'input_ids', ids) };
  const [hidden, pooled] = await runSessionFor(session, feeds, [penultimateOutput(session), 'text_embeds']);
  if (hidden === undefined || pooled === undefined) throw new Error(`${session.part} gave no embeddings`);
  return { hidden, pooled };
}

async function encodeT5({ session }: TextEncoder, { ids }: Tokens): Promise<Float32Array> {
  const feeds = { input_ids: idTensor(session, 'input_ids', ids) };
  return (await runSession(session, feeds, 'last_hidden_state')).data;
}
