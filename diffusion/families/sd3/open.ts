/**
 * Stable Diffusion 3 and 3.5: the multimodal transformer, guided by two prompts in one batch.
 */

import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import { inputTensor, type ModelSession, runSession, type SessionOptions } from '../../onnx/session.js';
import { T5_LENGTH } from '../../text/prompt-windows.js';
import type { GenerationRequest } from '../../types.js';
import { usableVae } from '../../vae/check-vae.js';
import type { Family } from '../family.js';
import { guide, repeatLatents, stack } from '../guidance.js';
import type { Predict, ReadPrompt } from '../read-prompt.js';
import { checkParts } from './check.js';
import { readSd3Config, type Sd3Config } from './config.js';
import { openParts, type Sd3Parts, sessionsOf } from './parts.js';
import { cutsOf, encodePrompt, type PromptEmbeds, type PromptTokens, tokenizePrompt } from './prompt.js';

export async function openSd3(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
): Promise<Family | undefined> {
  const config = await readSd3Config(index.directory, problems);
  const parts = await openParts(index, options, problems);
  if (config && parts) checkParts(parts, config, problems);
  if (!config || !parts) return undefined;
  const vae = usableVae(
    { config: config.vae, decoder: parts.vaeDecoder, encoder: parts.vaeEncoder },
    problems,
  );
  const sizeMultiple = config.vae.scaleFactor * config.patchSize;
  return {
    sessions: sessionsOf(parts),
    vae,
    patchSize: config.patchSize,
    sizeMultiple,
    maxSize: sizeMultiple * config.maxTokensPerSide,
    minSequenceLength: parts.t5 === undefined ? 0 : 1,
    readPrompt: (request) => readPrompt(config, parts, request),
  };
}

/** Without guidance there is no negative prompt. */
function readPrompt(config: Sd3Config, parts: Sd3Parts, request: GenerationRequest): ReadPrompt {
  const length = request.maxSequenceLength ?? T5_LENGTH.sd3;
  const positive = tokenizePrompt(parts, request.prompt, length);
  const negative =
    request.guidance > 1 ? tokenizePrompt(parts, request.negativePrompt ?? '', length) : undefined;
  return {
    truncated: [
      ...cutsOf(parts, positive, 'prompt'),
      ...(negative === undefined ? [] : cutsOf(parts, negative, 'negative prompt')),
    ],
    async encode() {
      const encode = (tokens: PromptTokens) => encodePrompt(parts, tokens, config.jointAttentionDim);
      const prompt = await encode(positive);
      const prompts = negative === undefined ? [prompt] : [await encode(negative), prompt];
      return velocity(parts.transformer, prompts, request.guidance);
    },
  };
}

/** The velocity that the transformer predicts, guided. @param prompts the negative one first, if any */
function velocity(transformer: ModelSession, prompts: readonly PromptEmbeds[], guidance: number): Predict {
  const tensor = (name: string, part: keyof PromptEmbeds) =>
    inputTensor(transformer, name, stack(prompts.map((prompt) => prompt[part])));
  const fixed = {
    encoder_hidden_states: tensor('encoder_hidden_states', 'embeds'),
    pooled_projections: tensor('pooled_projections', 'pooled'),
  };
  const batch = prompts.length;
  return async (latents, timestep) => {
    const times = { data: new Float32Array(batch).fill(timestep), dims: [batch] };
    const feeds = {
      ...fixed,
      hidden_states: inputTensor(transformer, 'hidden_states', repeatLatents(latents, batch)),
      timestep: inputTensor(transformer, 'timestep', times),
    };
    const { data } = await runSession(transformer, feeds, 'out_hidden_states');
    return batch === 1 ? data : guide(data, guidance);
  };
}
