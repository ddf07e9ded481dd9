/**
 * Does the VAE take and give what its configuration says? The decoder has to; an encoder that does not is left out, since only
 * image-to-image needs it.
 */
import type { Problems } from '../model-directory/problems.js';
import { sessionProblems } from '../onnx/session-shape.js';
import type { Vae } from './vae.js';

/** The VAE as it can be used; what is wrong with its decoder is noted, with its encoder kept for image-to-image. */
export function usableVae(vae: Vae, problems: Problems): Vae {
  const { config, decoder, encoder } = vae;
  const latent = [-1, config.latentChannels, -1, -1];
  const image = [-1, 3, -1, -1];
  const moments = [-1, 2 * config.latentChannels, -1, -1];
  const wrong = sessionProblems(decoder, { inputs: { latent_sample: latent }, outputs: { sample: image } });
  for (const problem of wrong) problems.add(problem);
  if (encoder === undefined) return vae;
  const unfit = sessionProblems(encoder, {
    inputs: { sample: image },
    outputs: { latent_parameters: moments },
  });
  return unfit.length === 0 ? vae : { ...vae, encoder: undefined, encoderProblem: unfit.join('; ') };
}
