/**
 * Prompt to conditioning, as `StableDiffusionXLPipeline.encode_prompt`. A request without a negative prompt is guided
 * away from zeros (`force_zeros_for_empty_prompt`), one with an empty negative prompt from the empty prompt. Of prompts that take
 * several windows, the pooled embedding is that of the first, without weights.
 */
import type { PromptReading } from '../../../domain/prompt-reading.js';
import { type FloatArray, idTensor, type ModelSession, runSessionFor } from '../../onnx/session.js';
import { readWindows, type WindowedPrompt, windowCount } from '../../text/read-windows.js';
import type { GenerationRequest } from '../../types.js';
import { type EncodeWindow, encodeWindows } from '../encode-windows.js';
import { joinColumns } from '../join-columns.js';
import { penultimateOutput, type TextEncoder } from '../parts.js';
import type { ReadPrompt } from '../read-prompt.js';
import { truncations } from '../truncation.js';
import { type UnetConfig, unetPredict, usesNegative } from '../unet.js';

export interface Sdxl {
  readonly unetConfig: UnetConfig;
  readonly encoders: readonly [TextEncoder, TextEncoder];
  readonly unet: ModelSession;
  readonly zerosForNoNegative: boolean;
}

/** Conditioning of one prompt: `embeds` [1, tokens, width], `pooled` [1, width']. */
export interface SdxlEmbeds {
  readonly embeds: FloatArray;
  readonly pooled: FloatArray;
}

/** By encoder. */
type PromptTokens = readonly [WindowedPrompt, WindowedPrompt];

/** Without guidance there is no negative prompt. */
export function readSdxlPrompt(model: Sdxl, request: GenerationRequest): ReadPrompt {
  const { encoders, zerosForNoNegative } = model;
  const { guidance, negativePrompt } = request;
  const zeros = negativePrompt === undefined && zerosForNoNegative;
  const positive = tokenizeSdxl(encoders, request.prompt, request);
  const guided = usesNegative(model.unetConfig, guidance);
  const negative = guided && !zeros ? tokenizeSdxl(encoders, negativePrompt ?? '', request) : undefined;
  return {
    truncated: [
      ...cuts(encoders, positive, 'prompt'),
      ...(negative === undefined ? [] : cuts(encoders, negative, 'negative prompt')),
    ],
    async encode() {
      const count = Math.max(...[...positive, ...(negative ?? [])].map(windowCount));
      const prompt = await encodeSdxl(encoders, positive, count);
      const against = negative === undefined ? emptied(prompt) : await encodeSdxl(encoders, negative, count);
      const prompts = guided ? [against, prompt] : [prompt];
      const inputs = prompts.map((one) => unetInputs(one, request));
      return unetPredict(model.unet, model.unetConfig, inputs, guidance);
    },
  };
}

export function tokenizeSdxl(
  [first, second]: Sdxl['encoders'],
  prompt: string,
  reading: PromptReading,
): PromptTokens {
  return [readWindows(first.tokenizer, prompt, reading), readWindows(second.tokenizer, prompt, reading)];
}

/** Runs both text encoders. @param count windows of both, empty ones included */
export async function encodeSdxl(
  [first, second]: Sdxl['encoders'],
  tokens: PromptTokens,
  count: number,
): Promise<SdxlEmbeds> {
  const [narrow] = await encodeWindows(tokens[0], encoderOf(first.session, []), count);
  const [wide, pooled] = await encodeWindows(tokens[1], encoderOf(second.session, ['text_embeds']), count);
  if (pooled === undefined) throw new Error(`${second.session.part} gave no pooled embedding`);
  return { embeds: joinColumns([narrow, wide]), pooled };
}

const encoderOf =
  (session: ModelSession, more: readonly string[]): EncodeWindow =>
  async (ids) => {
    const feeds = { input_ids: idTensor(session, 'input_ids', ids) };
    const [hidden, ...others] = await runSessionFor(session, feeds, [penultimateOutput(session), ...more]);
    if (hidden === undefined) throw new Error(`${session.part} gave no embeddings`);
    return [hidden, ...others];
  };

function cuts([first, second]: Sdxl['encoders'], tokens: PromptTokens, of: string): string[] {
  return truncations(
    [
      { encoder: first, cut: tokens[0] },
      { encoder: second, cut: tokens[1] },
    ],
    of,
  );
}

function emptied({ embeds, pooled }: SdxlEmbeds): SdxlEmbeds {
  return {
    embeds: { ...embeds, data: new Float32Array(embeds.data.length) },
    pooled: { ...pooled, data: new Float32Array(pooled.data.length) },
  };
}

/** Time ids: original size, crop, target size, each as height and width. */
function unetInputs({ embeds, pooled }: SdxlEmbeds, { width, height }: GenerationRequest) {
  return {
    encoder_hidden_states: embeds,
    text_embeds: pooled,
    time_ids: { data: Float32Array.of(height, width, 0, 0, height, width), dims: [1, 6] },
  };
}
