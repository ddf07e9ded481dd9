/**
 * The sizes of a Stable Diffusion 3 model, from the configuration files of its parts.
 */
import { join } from 'node:path';
import { ConfigReader } from '../config-reader.js';
import { readJson } from '../json.js';
import type { Problems } from '../problems.js';

export interface Sd3Config {
  readonly latentChannels: number;
  readonly vaeScaleFactor: number;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  /** Latent pixels per transformer token, in each direction. */
  readonly patchSize: number;
  /** Most tokens in each direction that the position embedding knows. */
  readonly maxTokensPerSide: number;
  /** Width of the prompt's token embeddings. */
  readonly jointAttentionDim: number;
  readonly pooledProjectionDim: number;
}

/** Reads `vae_decoder/config.json` and `transformer/config.json`; undefined if one cannot be read. */
export async function readSd3Config(directory: string, problems: Problems): Promise<Sd3Config | undefined> {
  const vae = await open(directory, 'vae_decoder/config.json', problems);
  const transformer = await open(directory, 'transformer/config.json', problems);
  if (vae === undefined || transformer === undefined) return undefined;
  const blocks = vae.raw('block_out_channels');
  if (!Array.isArray(blocks) || blocks.length === 0) {
    problems.add(
      'vae_decoder/config.json: "block_out_channels" is missing, so the size of a latent is unknown',
    );
    return undefined;
  }
  const config = {
    latentChannels: vae.count('latent_channels'),
    vaeScaleFactor: 2 ** (blocks.length - 1),
    scalingFactor: vae.positive('scaling_factor'),
    shiftFactor: vae.finite('shift_factor', 0),
    patchSize: transformer.count('patch_size', 2),
    maxTokensPerSide: transformer.count('pos_embed_max_size', 96),
    jointAttentionDim: transformer.count('joint_attention_dim'),
    pooledProjectionDim: transformer.count('pooled_projection_dim'),
  };
  const inChannels = transformer.count('in_channels', 16);
  if (inChannels !== config.latentChannels) {
    problems.add(`the transformer takes ${inChannels} latent channels, the VAE has ${config.latentChannels}`);
  }
  return config;
}

async function open(directory: string, file: string, problems: Problems): Promise<ConfigReader | undefined> {
  const values = await problems.collect(() => readJson(join(directory, file)));
  return values === undefined ? undefined : new ConfigReader(file, values, problems);
}
