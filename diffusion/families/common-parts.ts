/**
 * The parts that the families have in common, opened in one place: text encoders, one network with its configuration, and the
 * VAE. What they must look like is each family's own to check.
 */
import { type ConfigReader, openConfig } from '../model-directory/config-reader.js';
import type { ModelIndex } from '../model-directory/model-index.js';
import type { Problems } from '../model-directory/problems.js';
import { type ModelSession, releaseSessions, type SessionOptions } from '../onnx/session.js';
import { usableVae } from '../vae/check-vae.js';
import type { Vae } from '../vae/vae.js';
import { readVaeConfig } from '../vae/vae-config.js';
import { partOpener, type TextEncoder } from './parts.js';

/** Which parts a family has. */
export interface PartNames {
  readonly network: 'unet' | 'transformer';
  /** What follows `text_encoder` and `tokenizer` in their folders' names, in the order of the encoders. */
  readonly encoders: readonly string[];
}

export interface CommonParts {
  /** The network's `config.json`. */
  readonly config: ConfigReader;
  readonly network: ModelSession;
  /** As many as were named, in their order. */
  readonly encoders: readonly TextEncoder[];
  readonly vae: Vae;
  /** All of them, to release them. */
  readonly sessions: readonly ModelSession[];
}

/** Opens all parts and checks the VAE; undefined, with the reasons noted and nothing left open, if one is missing or broken. */
export async function openCommonParts(
  index: ModelIndex,
  options: SessionOptions,
  problems: Problems,
  names: PartNames,
): Promise<CommonParts | undefined> {
  const config = await openConfig(index.directory, `${names.network}/config.json`, problems);
  const vaeReader = await openConfig(index.directory, 'vae_decoder/config.json', problems);
  const vaeConfig = vaeReader && readVaeConfig(vaeReader, problems);
  const open = partOpener(index, options, problems);
  const encoders: TextEncoder[] = [];
  for (const suffix of names.encoders) {
    const encoder = await open.encoder(suffix);
    if (encoder !== undefined) encoders.push(encoder);
  }
  const network = await open.session(names.network);
  const decoder = await open.session('vae_decoder');
  const encoder = await open.optionalSession('vae_encoder');
  if (!config || !vaeConfig || encoders.length < names.encoders.length || !network || !decoder) {
    await releaseSessions(open.opened);
    return undefined;
  }
  const vae = usableVae({ config: vaeConfig, decoder, encoder }, problems);
  return { config, network, encoders, vae, sessions: open.opened };
}
