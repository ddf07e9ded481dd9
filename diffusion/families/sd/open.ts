import { given } from '../../../domain/given.js';
import type { ModelIndex } from '../../model-directory/model-index.js';
import type { Problems } from '../../model-directory/problems.js';
import type { SessionOptions } from '../../onnx/session.js';
import { sessionProblems } from '../../onnx/session-shape.js';
import type { VaeConfig } from '../../vae/vae-config.js';
import { openCommonParts } from '../common-parts.js';
import type { Family } from '../family.js';
import { fixedTokens, MAX_UNET_SIZE, readUnetConfig, unetShapes } from '../unet.js';
import { readSdPrompt, type Sd } from './prompt.js';

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
    ...given({ fixedTokens: fixedTokens(unet) }),
    readPrompt: (request) => readSdPrompt(model, request),
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
