/**
 * Where denoising starts: pure noise for text-to-image; for image-to-image a draw from what the VAE sees in the
 * picture, noised according to strength. The order of draws from the seed's generator is diffusers': posterior first,
 * then noise, then what the scheduler draws step by step.
 */
import type { RandomGenerator } from './random/generator.js';
import type { Schedule } from './schedulers/schedule.js';
import type { GenerationRequest, Latents } from './types.js';
import { resizeLanczos } from './vae/lanczos.js';
import { encode, samplePosterior, type Vae } from './vae/vae.js';

/** Channels, height and width of a request's latents. */
export function latentShape({ width, height }: GenerationRequest, { config }: Vae): Omit<Latents, 'data'> {
  const { latentChannels: channels, scaleFactor } = config;
  return { channels, height: height / scaleFactor, width: width / scaleFactor };
}

/**
 * Latents before step 1.
 * @param start index of the first step that runs; behind the last one, the picture stays as the VAE sees it
 */
export async function initialLatents(
  vae: Vae,
  request: GenerationRequest,
  schedule: Schedule,
  start: number,
  generator: RandomGenerator,
): Promise<Latents> {
  const shape = latentShape(request, vae);
  const size = shape.channels * shape.height * shape.width;
  if (request.image === undefined || vae.encoder === undefined) {
    const noise = generator.randn(size);
    return { ...shape, data: noise.map((value) => value * schedule.initialNoise) };
  }
  const picture = resizeLanczos(request.image, request.width, request.height);
  const posterior = await encode(vae.encoder, vae.config, picture);
  const sample = samplePosterior(posterior, generator.randn(size), vae.config);
  if (start >= schedule.timesteps.length) return { ...shape, data: sample };
  return { ...shape, data: schedule.addNoise(start, sample, generator.randn(size)) };
}

/** Draws what the steps before a checkpoint drew, so that the next ones get the noise that they would have got. */
export function skipDraws(
  generator: RandomGenerator,
  schedule: Schedule,
  size: number,
  { start, done, fromImage }: { readonly start: number; readonly done: number; readonly fromImage: boolean },
): void {
  const draws = Array.from(schedule.timesteps, (_, index) => schedule.drawsNoise(index));
  const next = start + done;
  if (!draws.slice(next).includes(true)) return;
  const count = (fromImage ? 2 : 1) + draws.slice(start, next).filter(Boolean).length;
  for (let i = 0; i < count; i++) generator.randn(size);
}
