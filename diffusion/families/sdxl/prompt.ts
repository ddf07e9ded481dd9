/**
 * Prompt to conditioning, as `StableDiffusionXLPipeline.encode_prompt`. A request without a negative prompt is guided
 * away from zeros (`force_zeros_for_empty_prompt`), one with an empty negative prompt from the empty prompt.
 */
import { type FloatArray, idTensor, type ModelSession, runSessionFor } from '../../onnx/session.js';
import { clipLength, type Tokens } from '../../text/tokenizer.js';
import type { GenerationRequest } from '../../types.js';
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

type PromptTokens = readonly [Tokens, Tokens];

/** Without guidance there is no negative prompt. */
export function readSdxlPrompt(model: Sdxl, request: GenerationRequest): ReadPrompt {
  const { encoders, zerosForNoNegative } = model;
  const { guidance, negativePrompt } = request;
  const zeros = negativePrompt === undefined && zerosForNoNegative;
  const positive = tokenizeSdxl(encoders, request.prompt);
  const guided = usesNegative(model.unetConfig, guidance);
  const negative = guided && !zeros ? tokenizeSdxl(encoders, negativePrompt ?? '') : undefined;
  return {
    truncated: [
      ...cuts(encoders, positive, 'prompt'),
      ...(negative === undefined ? [] : cuts(encoders, negative, 'negative prompt')),
    ],
    async encode() {
      const prompt = await encodeSdxl(encoders, positive);
      const against = negative === undefined ? emptied(prompt) : await encodeSdxl(encoders, negative);
      const prompts = guided ? [against, prompt] : [prompt];
      const inputs = prompts.map((one) => unetInputs(one, request));
      return unetPredict(model.unet, model.unetConfig, inputs, guidance);
    },
  };
}

export function tokenizeSdxl([first, second]: Sdxl['encoders'], prompt: string): PromptTokens {
  return [
    first.tokenizer.encode(prompt, clipLength(first.tokenizer)),
    second.tokenizer.encode(prompt, clipLength(second.tokenizer)),
  ];
}

/** Runs both text encoders. */
export async function encodeSdxl(
  [first, second]: Sdxl['encoders'],
  tokens: PromptTokens,
): Promise<SdxlEmbeds> {
  const [narrow] = await run(first.session, tokens[0], []);
  const [wide, pooled] = await run(second.session, tokens[1], ['text_embeds']);
  if (!narrow || !wide || !pooled) throw new Error('a text encoder gave no embeddings');
  return { embeds: joinColumns([narrow, wide]), pooled };
}

function run(session: ModelSession, { ids }: Tokens, more: readonly string[]): Promise<FloatArray[]> {
  const feeds = { input_ids: idTensor(session, 'input_ids', ids) };
  return runSessionFor(session, feeds, [penultimateOutput(session), ...more]);
}

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
