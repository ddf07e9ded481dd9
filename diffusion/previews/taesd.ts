/**
 * The tiny decoder that may lie beside a VAE, for previews only: `taesd_decoder/model.onnx` with the configuration of
 * diffusers' `AutoencoderTiny` (TAESD, TAESDXL, TAESD3, TAEF1). The folder is laid out as Optimum lays out `vae_decoder/`
 * and named as ComfyUI names the weights; `models/export_model.py --taesd` writes it.
 *
 * Scales are those of `AutoencoderTiny`, not of the weights as first published: latents as the denoising loop has them
 * (`scaling_factor` 1, `shift_factor` 0), pixels from -1 to 1 (`DecoderTiny` ends in `x.mul(2).sub(1)`).
 */
import { join } from 'node:path';
import { partOpener } from '../families/parts.js';
import { openConfig } from '../model-directory/config-reader.js';
import { exists } from '../model-directory/exists.js';
import type { ModelIndex } from '../model-directory/model-index.js';
import type { Problems } from '../model-directory/problems.js';
import type { SessionOptions } from '../onnx/session.js';
import { sessionProblems } from '../onnx/session-shape.js';
import type { VaeDecoder } from '../vae/vae.js';
import type { VaeConfig } from '../vae/vae-config.js';

const TAESD_PART = 'taesd_decoder';
const CLASS_NAME = 'AutoencoderTiny';

/** Undefined where the directory has none, or where it does not fit the VAE: then the problems say so. */
export async function openTaesd(
  index: ModelIndex,
  vae: VaeConfig,
  options: SessionOptions,
  problems: Problems,
): Promise<VaeDecoder | undefined> {
  const folder = join(index.directory, TAESD_PART);
  if (!(await exists(folder))) return undefined;
  const config = await readTinyConfig(index, vae, problems);
  if (config === undefined) return undefined;
  const decoder = await partOpener(index, options, problems).session(TAESD_PART);
  if (decoder === undefined) return undefined;
  const shapes = {
    inputs: { latent_sample: [-1, vae.latentChannels, -1, -1] },
    outputs: { sample: [-1, 3, -1, -1] },
  };
  for (const problem of sessionProblems(decoder, shapes)) problems.add(problem);
  return { config, decoder };
}

/** Defaults are those of diffusers' constructor. */
async function readTinyConfig(
  { directory }: ModelIndex,
  vae: VaeConfig,
  problems: Problems,
): Promise<VaeConfig | undefined> {
  const file = `${TAESD_PART}/config.json`;
  const reader = await openConfig(directory, file, problems);
  if (reader === undefined) return undefined;
  const className = reader.text('_class_name');
  if (className !== CLASS_NAME)
    problems.add(`${file}: "_class_name" is ${className ?? 'missing'}, expected ${CLASS_NAME}`);
  const blocks = reader.raw('decoder_block_out_channels');
  const doublings = Array.isArray(blocks) ? blocks.length - 1 : 3;
  const config = {
    latentChannels: reader.count('latent_channels', 4),
    scaleFactor: reader.count('upsampling_scaling_factor', 2) ** doublings,
    scalingFactor: reader.positive('scaling_factor', 1),
    shiftFactor: reader.finite('shift_factor', 0),
    channels: undefined,
  };
  if (config.latentChannels !== vae.latentChannels || config.scaleFactor !== vae.scaleFactor)
    problems.add(
      `${TAESD_PART} is for ${config.latentChannels} latent channels of ${config.scaleFactor} pixels, ` +
        `the VAE has ${vae.latentChannels} of ${vae.scaleFactor}`,
    );
  return config;
}
