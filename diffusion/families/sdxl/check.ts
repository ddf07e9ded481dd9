/**
 * Do an SDXL model's parts fit together?
 */
import type { Problems } from '../../model-directory/problems.js';
import { outputDims, sessionProblems } from '../../onnx/session-shape.js';
import type { VaeConfig } from '../../vae/vae-config.js';
import { penultimateOutput } from '../parts.js';
import { unetShapes } from '../unet.js';
import type { Sdxl } from './prompt.js';

export function checkSdxl({ unet, unetConfig, encoders }: Sdxl, vae: VaeConfig, problems: Problems): void {
  if (unetConfig.inChannels !== vae.latentChannels)
    problems.add(
      `the unet takes ${unetConfig.inChannels} latent channels, the VAE has ${vae.latentChannels}`,
    );
  const [first, second] = encoders.map(({ session }) => session);
  if (!first || !second) return;
  const ids = { input_ids: [-1, -1] };
  const hidden = [-1, -1, -1];
  const shapes = unetShapes(unet, unetConfig, unetConfig.inChannels);
  const found = [
    ...sessionProblems(first, { inputs: ids, outputs: { [penultimateOutput(first)]: hidden } }),
    ...sessionProblems(second, {
      inputs: ids,
      outputs: { [penultimateOutput(second)]: hidden, text_embeds: [-1, -1] },
    }),
    ...sessionProblems(unet, {
      ...shapes,
      inputs: { ...shapes.inputs, text_embeds: [-1, -1], time_ids: [-1, -1] },
    }),
  ];
  for (const problem of found) problems.add(problem);
  const widths = [first, second].map(
    (session) => outputDims(session, penultimateOutput(session))?.at(-1) ?? -1,
  );
  const width = widths.reduce((sum, one) => sum + one, 0);
  if (!widths.includes(-1) && width !== unetConfig.crossAttentionDim)
    problems.add(
      `the text encoders give tokens of width ${width}, the unet takes ${unetConfig.crossAttentionDim}`,
    );
}
