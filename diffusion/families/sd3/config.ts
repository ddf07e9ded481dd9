/**
 * The sizes of a Stable Diffusion 3 model, from the configuration files of its parts.
 */
import { openConfig } from '../../model-directory/config-reader.js';
import type { Problems } from '../../model-directory/problems.js';
import { readVaeConfig, type VaeConfig } from '../../vae/vae-config.js';

export interface Sd3Config {
  readonly vae: VaeConfig;
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
  const vaeReader = await openConfig(directory, 'vae_decoder/config.json', problems);
  const transformer = await openConfig(directory, 'transformer/config.json', problems);
  const vae = vaeReader && readVaeConfig(vaeReader, problems);
  if (vae === undefined || transformer === undefined) return undefined;
  const inChannels = transformer.count('in_channels', 16);
  if (inChannels !== vae.latentChannels) {
    problems.add(`the transformer takes ${inChannels} latent channels, the VAE has ${vae.latentChannels}`);
  }
  return {
    vae,
    patchSize: transformer.count('patch_size', 2),
    maxTokensPerSide: transformer.count('pos_embed_max_size', 96),
    jointAttentionDim: transformer.count('joint_attention_dim'),
    pooledProjectionDim: transformer.count('pooled_projection_dim'),
  };
}
