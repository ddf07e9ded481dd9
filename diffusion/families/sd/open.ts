import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import { idTensor, type ModelSession, runSession, type SessionOptions } from '../../onnx/session.js';
import { sessionProblems } from '../../onnx/session-shape.js';
import { clipLength, type Tokens } from '../../text/tokenizer.js';
import type { GenerationRequest } from '../../types.js';
import type { VaeConfig } from '../../vae/vae-config.js';
import { openCommonParts } from '../common-parts.js';
import type { Family } from '../family.js';
import type { TextEncoder } from '../parts.js';
import type { ReadPrompt } from '../read-prompt.js';
import { truncations } from '../truncation.js';
import {
  MAX_UNET_SIZE,
  readUnetConfig,
  type UnetConfig,
  unetPredict,
  unetShapes,
  usesNegative,
} from '../unet.js';

interface Sd {
  readonly unetConfig: UnetConfig;
  readonly encoder: TextEncoder;
  readonly unet: ModelSession;
}

export async function openSd(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
): Promise<Family | undefined> {
  const parts = await openCommonParts(index, options, problems, { network: 'unet', encoders: [''] });
  const [encoder] = parts?.encoders ?? [];
  if (parts === undefined || encoder === undefined) return undefined;
  const { vae, network: unet } = parts;
  const model = { unetConfig: readUnetConfig(parts.config, vae.config), encoder, unet };
  check(model, vae.config, problems);
  return {
    sessions: parts.sessions,
    vae,
    patchSize: 1,
    sizeMultiple: vae.config.scaleFactor,
    maxSize: MAX_UNET_SIZE,
    minSequenceLength: 0,
    readPrompt: (request) => readPrompt(model, request),
  };
}

function check({ unetConfig, encoder, unet }: Sd, vae: VaeConfig, problems: Problems): void {
  if (unetConfig.inChannels !== vae.latentChannels)
    problems.add(
      `the unet takes ${unetConfig.inChannels} latent channels, the VAE has ${vae.latentChannels}`,
    );
  const text = {
    inputs: { input_ids: [-1, -1] },
    outputs: { last_hidden_state: [-1, -1, unetConfig.crossAttentionDim] },
  };
  const found = [
    ...sessionProblems(encoder.session, text),
    ...sessionProblems(unet, unetShapes(unet, unetConfig, unetConfig.inChannels)),
  ];
  for (const problem of found) problems.add(problem);
}

/** Without guidance there is no negative prompt. */
function readPrompt({ unetConfig, encoder, unet }: Sd, request: GenerationRequest): ReadPrompt {
  const tokens = (prompt: string) => encoder.tokenizer.encode(prompt, clipLength(encoder.tokenizer));
  const positive = tokens(request.prompt);
  const negative = usesNegative(unetConfig, request.guidance)
    ? tokens(request.negativePrompt ?? '')
    : undefined;
  return {
    truncated: [
      ...truncations([{ encoder, cut: positive }], 'prompt'),
      ...truncations([{ encoder, cut: negative }], 'negative prompt'),
    ],
    async encode() {
      const prompt = await encodePrompt(encoder, positive);
      const prompts = negative === undefined ? [prompt] : [await encodePrompt(encoder, negative), prompt];
      return unetPredict(unet, unetConfig, prompts, request.guidance);
    },
  };
}

async function encodePrompt({ session }: TextEncoder, { ids }: Tokens) {
  const feeds = { input_ids: idTensor(session, 'input_ids', ids) };
  return { encoder_hidden_states: await runSession(session, feeds, 'last_hidden_state') };
}
