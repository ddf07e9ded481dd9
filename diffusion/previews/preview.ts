/**
 * Latents to RGB, linearly, at latent resolution: what an audience sees while a picture emerges. Costs a
 * few multiplications per pixel and never touches the model.
 *
 * Presets: SD 1.5 and SDXL are the weights this project was asked for with, on the 0…255 scale. The
 * 16-channel families use published sets that give -1…1: SD3 from the Stability-AI/sd3.5 reference
 * implementation (MIT), FLUX.1 from stable-diffusion.cpp (MIT).
 */
import type { Latents, PreviewFactors, RgbImage } from '../types.js';

type Triple = readonly [number, number, number];

export type PreviewPreset = 'sd15' | 'sdxl' | 'sd3' | 'flux';

const FOUR_CHANNELS: readonly Triple[] = [
  [60, 60, 60],
  [-60, -5, 10],
  [25, 15, -5],
  [-70, -50, -35],
];
const FOUR_CHANNELS_BIAS: Triple = [150, 140, 130];

// biome-ignore format: one line per four channels
const SD3: readonly Triple[] = [
  [-0.0645, 0.0177, 0.1052], [0.0028, 0.0312, 0.065], [0.1848, 0.0762, 0.036], [0.0944, 0.036, 0.0889],
  [0.0897, 0.0506, -0.0364], [-0.002, 0.1203, 0.0284], [0.0855, 0.0118, 0.0283], [-0.0539, 0.0658, 0.1047],
  [-0.0057, 0.0116, 0.07], [-0.0412, 0.0281, -0.0039], [0.1106, 0.1171, 0.122], [-0.0248, 0.0682, -0.0481],
  [0.0815, 0.0846, 0.1207], [-0.012, -0.0055, -0.0867], [-0.0749, -0.0634, -0.0456], [-0.1418, -0.1457, -0.1259],
];

// biome-ignore format: one line per four channels
const FLUX: readonly Triple[] = [
  [-0.041168, 0.019917, 0.097253], [0.028096, 0.02673, 0.129576], [0.065618, -0.06795, -0.014651], [-0.012998, -0.014762, 0.081251],
  [0.078567, 0.059296, -0.024687], [-0.015987, -0.003697, 0.005012], [0.033605, 0.138999, 0.068517], [-0.02445, -0.063567, -0.030101],
  [-0.040194, -0.01671, 0.127185], [0.112681, 0.088764, -0.04194], [-0.023498, 0.093664, 0.025543], [0.082899, 0.04832, 0.007491],
  [0.075712, 0.074139, 0.081965], [-0.143501, 0.018263, -0.136138], [-0.025767, -0.082035, -0.040023], [-0.111849, -0.055589, -0.032361],
];

/** The factors used for a family when its model brings none of its own. */
export function previewPreset(name: PreviewPreset): PreviewFactors {
  switch (name) {
    case 'sd15':
    case 'sdxl':
      return { factors: FOUR_CHANNELS, bias: FOUR_CHANNELS_BIAS, source: name };
    case 'sd3':
      return fromSignedUnit(SD3, [0, 0, 0], name);
    case 'flux':
      return fromSignedUnit(FLUX, [0.0246, -0.006937, -0.008089], name);
  }
}

/** A set whose results are 0…1, put on the 0…255 scale. */
export function fromUnit(factors: readonly Triple[], bias: Triple, source: string): PreviewFactors {
  return { factors: factors.map((triple) => scale(triple, 255)), bias: scale(bias, 255), source };
}

/**
 * A preview of the latents, one pixel each: clamped to 0…255, then truncated.
 * @throws RangeError when the factors are for another number of channels.
 */
export function latentsToRgb(latents: Latents, { factors, bias, source }: PreviewFactors): RgbImage {
  if (factors.length !== latents.channels) {
    throw new RangeError(
      `Preview factors (${source}) have ${factors.length} channels, latents ${latents.channels}`,
    );
  }
  const { width, height } = latents;
  const pixels = width * height;
  const data = new Uint8Array(pixels * 3);
  for (const [colour, offset] of bias.entries()) {
    const sums = new Float64Array(pixels).fill(offset);
    factors.forEach((triple, channel) => {
      addScaled(sums, latents.data.subarray(channel * pixels, (channel + 1) * pixels), triple[colour] ?? 0);
    });
    for (let pixel = 0; pixel < pixels; pixel++) data[pixel * 3 + colour] = toByte(sums[pixel] ?? 0);
  }
  return { data, width, height };
}

/** Plane by plane, in plain loops: previews are made on the host's few cores while the next step runs. */
function addScaled(sums: Float64Array, plane: Float32Array, factor: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (plane[i] ?? 0) * factor;
}

function fromSignedUnit(factors: readonly Triple[], bias: Triple, source: string): PreviewFactors {
  const [r, g, b] = bias;
  return {
    factors: factors.map((triple) => scale(triple, 127.5)),
    bias: scale([r + 1, g + 1, b + 1], 127.5),
    source,
  };
}

function scale([r, g, b]: Triple, by: number): Triple {
  return [r * by, g * by, b * by];
}

function toByte(value: number): number {
  return Math.trunc(Math.min(255, Math.max(0, value)));
}
