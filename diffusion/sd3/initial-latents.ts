/**
 * Where denoising starts: pure noise for text-to-image; for image-to-image a draw from what the VAE sees in
 * the picture, mixed with noise according to strength. The order of draws from the seed's generator is
 * diffusers': posterior first, then noise.
 */
import { type Schedule, scaleNoise } from '../flow-match-euler.js';
import { resizeLanczos } from '../lanczos.js';
import type { ModelSession } from '../session.js';
import { TorchGenerator } from '../torch-random.js';
import type { GenerationRequest, Latents, RgbImage } from '../types.js';
import type { Sd3Config } from './config.js';
import type { Sd3Parts } from './parts.js';
import { encode, samplePosterior } from './vae.js';

/** Channels, height and width of a request's latents. */
export function latentShape(
  { width, height }: GenerationRequest,
  { latentChannels, vaeScaleFactor }: Sd3Config,
): Omit<Latents, 'data'> {
  return { channels: latentChannels, height: height / vaeScaleFactor, width: width / vaeScaleFactor };
}

/** Latents before step 1. @param startIndex index of the first sigma that is used */
export async function initialLatents(
  { config, parts }: { readonly config: Sd3Config; readonly parts: Sd3Parts },
  request: GenerationRequest,
  schedule: Schedule,
  startIndex: number,
): Promise<Latents> {
  const shape = latentShape(request, config);
  const size = shape.channels * shape.height * shape.width;
  const generator = new TorchGenerator(request.seed);
  if (request.image === undefined || parts.vaeEncoder === undefined)
    return { ...shape, data: generator.randn(size) };
  const picture = resizeLanczos(request.image, request.width, request.height);
  const sample = await pictureLatents(parts.vaeEncoder, config, picture, generator.randn(size));
  return { ...shape, data: scaleNoise(schedule, startIndex, sample, generator.randn(size)) };
}

async function pictureLatents(
  vaeEncoder: ModelSession,
  config: Sd3Config,
  picture: RgbImage,
  noise: Float32Array,
): Promise<Float32Array> {
  return samplePosterior(await encode(vaeEncoder, picture), noise, config);
}
