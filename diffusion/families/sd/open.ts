/**
 * Stable Diffusion 1.x and 2.x: one CLIP encoder's last hidden states and a UNet (`StableDiffusionPipeline` and
 * `StableDiffusionImg2ImgPipeline`). A safety checker in the directory is not run: the pictures are a show's own.
 */
import { openConfig } from '../../model-directory/config-reader.js';
import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import {
  idTensor,
  type ModelSession,
  releaseSessions,
  runSession,
  type SessionOptions,
} from '../../onnx/session.js';
import { sessionProblems } from '../../onnx/session-shape.js';
import { clipLength, type Tokens } from '../../text/tokenizer.js';
import type { GenerationRequest } from '../../types.js';
import { checkVae } from '../../vae/check-vae.js';
import { readVaeConfig, type VaeConfig } from '../../vae/vae-config.js';
import type { Family } from '../family.js';
import { partOpener, type TextEncoder } from '../parts.js';
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
  const unetReader = await openConfig(index.directory, 'unet/config.json', problems);
  const vaeReader = await openConfig(index.directory, 'vae_decoder/config.json', problems);
  const vaeConfig = vaeReader && readVaeConfig(vaeReader, problems);
  const open = partOpener(index, options, problems);
  const encoder = await open.encoder('');
  const unet = await open.session('unet');
  const vaeDecoder = await open.session('vae_decoder');
  const vaeEncoder = await open.optionalSession('vae_encoder');
  if (!unetReader || !vaeConfig || !encoder || !unet || !vaeDecoder) {
    await releaseSessions(open.opened);
    return undefined;
  }
  const model = { unetConfig: readUnetConfig(unetReader, vaeConfig), encoder, unet };
  const vae = { config: vaeConfig, decoder: vaeDecoder, encoder: vaeEncoder };
  check(model, vae.config, problems);
  checkVae(vae, problems);
  return {
    sessions: open.opened,
    vae,
    patchSize: 1,
    sizeMultiple: vaeConfig.scaleFactor,
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
