/**
 * The VAE's sizes and scaling, from `vae_decoder/config.json`.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';

/** Latents of 64 pixels; the families here have 8. */
const MAX_BLOCKS = 7;

export interface VaeConfig {
  readonly latentChannels: number;
  /** Pixels per latent, in each direction. */
  readonly scaleFactor: number;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  /** A mean and a standard deviation of its own for each channel, instead of the shift. */
  readonly channels: readonly { readonly mean: number; readonly std: number }[] | undefined;
}

/** Undefined, with the reason noted, when the size of a latent is unknown. */
export function readVaeConfig(reader: ConfigReader, problems: Problems): VaeConfig | undefined {
  const blocks = reader.raw('block_out_channels');
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > MAX_BLOCKS) {
    const found = Array.isArray(blocks) ? `has ${blocks.length} entries` : 'is missing';
    problems.add(`${reader.file}: "block_out_channels" ${found}, so the size of a latent is unknown`);
    return undefined;
  }
  const latentChannels = reader.count('latent_channels');
  return {
    latentChannels,
    scaleFactor: 2 ** (blocks.length - 1),
    scalingFactor: reader.positive('scaling_factor'),
    shiftFactor: reader.finite('shift_factor', 0),
    channels: readChannels(reader, latentChannels, problems),
  };
}

function readChannels(reader: ConfigReader, count: number, problems: Problems): VaeConfig['channels'] {
  const [means, stds] = [reader.raw('latents_mean'), reader.raw('latents_std')];
  if (means === undefined || stds === undefined) return undefined;
  const [mean, std] = [numbers(means), numbers(stds)];
  if (mean.length === count && std.length === count)
    return mean.map((value, i) => ({ mean: value, std: std[i] ?? 1 }));
  problems.add(`${reader.file}: "latents_mean" and "latents_std" are not ${count} numbers each`);
  return undefined;
}

function numbers(value: unknown): number[] {
  const items: unknown[] = Array.isArray(value) ? value : [];
  return items.filter((item) => typeof item === 'number');
}
