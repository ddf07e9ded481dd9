/**
 * Pictures as examples for a preview: the latents that the VAE sees, and the colours that each of them stands for.
 */
import type { ModelSession } from '../onnx/session.js';
import type { Latents, RgbImage } from '../types.js';
import { resizeLanczos } from '../vae/lanczos.js';
import { encode, samplePosterior } from '../vae/vae.js';
import type { VaeConfig } from '../vae/vae-config.js';

/** Latents and the mean colour of each one's pixels. */
export interface Pair {
  readonly latents: Latents;
  readonly colours: RgbImage;
}

/** Longest side of a picture, in pixels: a preview needs colours, not details. */
const LONGEST_SIDE = 512;

/** The latents are the most likely ones, in the space of the denoising loop. */
export async function pairOf(encoder: ModelSession, config: VaeConfig, picture: RgbImage): Promise<Pair> {
  const { latentChannels: channels, scaleFactor } = config;
  const fitted = cropTo(shrink(picture), scaleFactor);
  const posterior = await encode(encoder, config, fitted);
  const data = samplePosterior(posterior, new Float32Array(posterior.mean.length), config);
  const [width, height] = [fitted.width / scaleFactor, fitted.height / scaleFactor];
  const colours = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) colours.set(meanColour(fitted, x, y, scaleFactor), (y * width + x) * 3);
  }
  return { latents: { data, channels, height, width }, colours: { data: colours, width, height } };
}

function shrink(picture: RgbImage): RgbImage {
  const scale = LONGEST_SIDE / Math.max(picture.width, picture.height);
  if (scale >= 1) return picture;
  return resizeLanczos(picture, Math.ceil(picture.width * scale), Math.ceil(picture.height * scale));
}

/** The picture's upper left part, its sides multiples of `multiple`. */
function cropTo({ data, width, height }: RgbImage, multiple: number): RgbImage {
  const size = (side: number) => Math.max(Math.floor(side / multiple), 1) * multiple;
  const [columns, rows] = [size(width), size(height)];
  const cropped = new Uint8Array(columns * rows * 3);
  for (let y = 0; y < rows; y++) {
    const row = Math.min(y, height - 1) * width * 3;
    for (let x = 0; x < columns; x++) {
      const from = row + Math.min(x, width - 1) * 3;
      cropped.set(data.subarray(from, from + 3), (y * columns + x) * 3);
    }
  }
  return { data: cropped, width: columns, height: rows };
}

function meanColour({ data, width }: RgbImage, column: number, row: number, size: number): number[] {
  const sums = [0, 0, 0];
  for (let y = row * size; y < (row + 1) * size; y++) {
    for (let x = column * size; x < (column + 1) * size; x++) {
      for (let channel = 0; channel < 3; channel++)
        addPixel(sums, channel, data[(y * width + x) * 3 + channel] ?? 0);
    }
  }
  return sums.map((sum) => Math.round(sum / size ** 2));
}

function addPixel(sums: number[], channel: number, value: number): void {
  sums[channel] = (sums[channel] ?? 0) + value;
}
