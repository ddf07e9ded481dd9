import { given } from '../../../domain/given.js';
import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import type { SessionOptions } from '../../onnx/session.js';
import { openCommonParts } from '../common-parts.js';
import type { Family } from '../family.js';
import { fixedTokens, MAX_UNET_SIZE, readUnetConfig } from '../unet.js';
import { checkSdxl } from './check.js';
import { readSdxlPrompt } from './prompt.js';

export async function openSdxl(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
): Promise<Family | undefined> {
  if (index.setting('requires_aesthetics_score') === true)
    problems.add('the model is an SDXL refiner, which needs another model before it; only base models run');
  const parts = await openCommonParts(index, options, problems, { network: 'unet', encoders: ['', '_2'] });
  const [first, second] = parts?.encoders ?? [];
  if (parts === undefined || first === undefined || second === undefined) return undefined;
  const { vae, network: unet } = parts;
  const model = {
    unetConfig: readUnetConfig(parts.config, vae.config),
    encoders: [first, second] as const,
    unet,
    zerosForNoNegative: index.setting('force_zeros_for_empty_prompt') !== false,
  };
  checkSdxl(model, vae.config, problems);
  return {
    sessions: parts.sessions,
    vae,
    patchSize: 1,
    sizeMultiple: vae.config.scaleFactor,
    maxSize: MAX_UNET_SIZE,
    minSequenceLength: 0,
    ...given({ fixedTokens: fixedTokens(unet) }),
    readPrompt: (request) => readSdxlPrompt(model, request),
  };
}
