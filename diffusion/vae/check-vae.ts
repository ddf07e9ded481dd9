/**
 * Does the VAE take and give what its configuration says?
 */
import type { Problems } from '../model-directory/problems.js';
import { sessionProblems } from '../onnx/session-shape.js';
import type { Vae } from './vae.js';

export function checkVae({ config, decoder, encoder }: Vae, problems: Problems): void {
  const latent = [-1, config.latentChannels, -1, -1];
  const image = [-1, 3, -1, -1];
  const moments = [-1, 2 * config.latentChannels, -1, -1];
  const found = [
    ...sessionProblems(decoder, { inputs: { latent_sample: latent }, outputs: { sample: image } }),
    ...(encoder
      ? sessionProblems(encoder, { inputs: { sample: image }, outputs: { latent_parameters: moments } })
      : []),
  ];
  for (const problem of found) problems.add(problem);
}
