/**
 * Stable Diffusion XL: two CLIP encoders' penultimate hidden states side by side, the second one's pooled embedding,
 * and the picture's size as added time ids (`StableDiffusionXLPipeline` and `StableDiffusionXLImg2ImgPipeline`).
 */
import { openConfig } from '../../model-directory/config-reader.js';
import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import { releaseSessions, type SessionOptions } from '../../onnx/session.js';
import { checkVae } from '../../vae/check-vae.js';
import { readVaeConfig } from '../../vae/vae-config.js';
import type { Family } from '../family.js';
import { partOpener } from '../parts.js';
import { MAX_UNET_SIZE, readUnetConfig } from '../unet.js';
import { checkSdxl } from './check.js';
import { readSdxlPrompt } from './prompt.js';

export async function openSdxl(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
): Promise<Family | undefined> {
  const unetReader = await openConfig(index.directory, 'unet/config.json', problems);
  const vaeReader = await openConfig(index.directory, 'vae_decoder/config.json', problems);
  const vaeConfig = vaeReader && readVaeConfig(vaeReader, problems);
  if (index.setting('requires_aesthetics_score') === true)
    problems.add('the model is an SDXL refiner, which needs another model before it; only base models run');
  const open = partOpener(index, options, problems);
  const first = await open.encoder('');
  const second = await open.encoder('_2');
  const unet = await open.session('unet');
  const vaeDecoder = await open.session('vae_decoder');
  const vaeEncoder = await open.optionalSession('vae_encoder');
  if (!unetReader || !vaeConfig || !first || !second || !unet || !vaeDecoder) {
    await releaseSessions(open.opened);
    return undefined;
  }
  const model = {
    unetConfig: readUnetConfig(unetReader, vaeConfig),
    encoders: [first, second] as const,
    unet,
    zerosForNoNegative: index.setting('force_zeros_for_empty_prompt') !== false,
  };
  const vae = { config: vaeConfig, decoder: vaeDecoder, encoder: vaeEncoder };
  checkSdxl(model, vaeConfig, problems);
  checkVae(vae, problems);
  return {
    sessions: open.opened,
    vae,
    patchSize: 1,
    sizeMultiple: vaeConfig.scaleFactor,
    maxSize: MAX_UNET_SIZE,
    minSequenceLength: 0,
    readPrompt: (request) => readSdxlPrompt(model, request),
  };
}
