/**
 * Prompt to conditioning, as `StableDiffusionPipeline.encode_prompt`: the last hidden states of one CLIP encoder. Of prompts that
 * take several windows, all of them.
 */
import { type FloatArray, idTensor, type ModelSession, runSession } from '../../onnx/session.js';
import { readWindows, type WindowedPrompt, windowCount } from '../../text/read-windows.js';
import type { GenerationRequest } from '../../types.js';
import { encodeWindows } from '../encode-windows.js';
import type { TextEncoder } from '../parts.js';
import type { ReadPrompt } from '../read-prompt.js';
import { truncations } from '../truncation.js';
import { type UnetConfig, unetPredict, usesNegative } from '../unet.js';

export interface Sd {
  readonly unetConfig: UnetConfig;
  readonly encoder: TextEncoder;
  readonly unet: ModelSession;
}

/** Without guidance there is no negative prompt. */
export function readSdPrompt({ unetConfig, encoder, unet }: Sd, request: GenerationRequest): ReadPrompt {
  const read = (prompt: string) => readWindows(encoder.tokenizer, prompt, request);
  const positive = read(request.prompt);
  const negative = usesNegative(unetConfig, request.guidance)
    ? read(request.negativePrompt ?? '')
    : undefined;
  return {
    truncated: [
      ...truncations([{ encoder, cut: positive }], 'prompt'),
      ...truncations([{ encoder, cut: negative }], 'negative prompt'),
    ],
    async encode() {
      const prompts = negative === undefined ? [positive] : [negative, positive];
      const inputs = await encodeSd(encoder, prompts);
      return unetPredict(unet, unetConfig, inputs, request.guidance);
    },
  };
}

/** The network's input for each prompt, [1, tokens, width], all of the same length. */
export async function encodeSd(
  { session }: TextEncoder,
  prompts: readonly WindowedPrompt[],
): Promise<{ encoder_hidden_states: FloatArray }[]> {
  const count = Math.max(...prompts.map(windowCount));
  const encode = async (ids: readonly number[]): Promise<readonly [FloatArray]> => {
    const feeds = { input_ids: idTensor(session, 'input_ids', ids) };
    return [await runSession(session, feeds, 'last_hidden_state')];
  };
  const inputs = [];
  for (const prompt of prompts) {
    const [embeds] = await encodeWindows(prompt, encode, count);
    inputs.push({ encoder_hidden_states: embeds });
  }
  return inputs;
}
