/**
 * Between pixels and latents: the VAE, with diffusers' scaling of latents and of pixels (VaeImageProcessor),
 * in float32 as torch computes.
 */
import { RequestError } from '../errors.js';
import { allFinite } from '../onnx/numbers/finite.js';
import { describeShape, inputTensor, type ModelSession, runSession } from '../onnx/session.js';
import type { Latents, RgbImage } from '../types.js';
import type { VaeConfig } from './vae-config.js';

const f32 = Math.fround;

/** The half that makes pixels. */
export interface VaeDecoder {
  readonly config: VaeConfig;
  readonly decoder: ModelSession;
}

export interface Vae extends VaeDecoder {
  /** Needed for image-to-image only. */
  readonly encoder: ModelSession | undefined;
  /** Why an encoder that is there cannot be used. */
  readonly encoderProblem?: string;
}

/** Mean and standard deviation of the latents that the encoder sees in a picture; unscaled. */
export interface Posterior {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** Latents to pixels; undefined when the decoder gives NaN or Infinity. */
export async function decode(
  { decoder, config }: VaeDecoder,
  latents: Latents,
): Promise<RgbImage | undefined> {
  const data = unscale(config, latents);
  const dims = [1, latents.channels, latents.height, latents.width];
  const feeds = { latent_sample: inputTensor(decoder, 'latent_sample', { data, dims }) };
  const { data: pixels, dims: made } = await runSession(decoder, feeds, 'sample');
  if (!allFinite(pixels)) return undefined;
  const [width, height] = [latents.width * config.scaleFactor, latents.height * config.scaleFactor];
  requireSize(decoder, made, [1, 3, height, width]);
  return { data: interleave(pixels), width, height };
}

/** Free dimensions cannot be compared at load. @throws RequestError naming part and sizes */
function requireSize({ part }: ModelSession, made: readonly number[], expected: readonly number[]): void {
  if (made.join() === expected.join()) return;
  throw new RequestError([
    `${part} gave ${describeShape(made)}, expected ${describeShape(expected)}: its config.json is of another VAE`,
  ]);
}

/** Pixels to the distribution of their latents (`DiagonalGaussianDistribution`). */
export async function encode(session: ModelSession, config: VaeConfig, image: RgbImage): Promise<Posterior> {
  const feeds = {
    sample: inputTensor(session, 'sample', { data: planes(image), dims: [1, 3, image.height, image.width] }),
  };
  const { data: moments, dims: made } = await runSession(session, feeds, 'latent_parameters');
  const [width, height] = [image.width / config.scaleFactor, image.height / config.scaleFactor];
  requireSize(session, made, [1, 2 * config.latentChannels, height, width]);
  const half = moments.length / 2;
  const std = moments
    .subarray(half)
    .map((logvar) => Math.exp(f32(0.5 * Math.min(20, Math.max(-30, logvar)))));
  return { mean: moments.slice(0, half), std };
}

/** A draw from the posterior, in the scaled space of the denoising loop. */
export function samplePosterior(
  { mean, std }: Posterior,
  noise: Float32Array,
  config: VaeConfig,
): Float32Array {
  const { channels } = config;
  const scale = f32(config.scalingFactor);
  const pixels = mean.length / config.latentChannels;
  return mean.map((mu, i) => {
    const sample = f32(mu + f32((std[i] ?? 0) * (noise[i] ?? 0)));
    const own = channels?.[Math.floor(i / pixels)];
    if (own !== undefined) return f32(f32(sample - f32(own.mean)) * scale) / f32(own.std);
    return f32(sample - f32(config.shiftFactor)) * scale;
  });
}

/** From the space of the denoising loop to the decoder's. */
function unscale(config: VaeConfig, { data, height, width }: Latents): Float32Array {
  const { channels } = config;
  const scale = f32(config.scalingFactor);
  return data.map((x, i) => {
    const own = channels?.[Math.floor(i / (height * width))];
    if (own !== undefined) return f32(f32(x * f32(own.std)) / scale) + f32(own.mean);
    return f32(x / scale) + f32(config.shiftFactor);
  });
}

/**
 * [3, h, w] in -1…1 to interleaved bytes; rounding to nearest, ties to even, as NumPy, and as a clamped array does by itself.
 * The device waits for this: calling functions for three million values took longer than decoding them.
 */
function interleave(planar: Float32Array): Uint8Array {
  const pixels = planar.length / 3;
  const bytes = new Uint8Array(planar.length);
  const clamped = new Uint8ClampedArray(bytes.buffer);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = planar[channel * pixels + pixel] ?? 0;
      clamped[pixel * 3 + channel] = f32(f32(f32(value * 0.5) + 0.5) * 255);
    }
  }
  return bytes;
}

/** Interleaved bytes to [3, h, w] in -1…1. */
function planes({ data }: RgbImage): Float32Array {
  const pixels = data.length / 3;
  const planar = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const unit = f32((data[i] ?? 0) / 255);
    planar[(i % 3) * pixels + Math.floor(i / 3)] = f32(2 * unit) - 1;
  }
  return planar;
}
