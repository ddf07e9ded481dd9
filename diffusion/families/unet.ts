/**
 * The UNet of Stable Diffusion 1, 2 and XL: one evaluation, with classifier-free guidance. What stays the same over
 * the steps is made into tensors once.
 */
import { RequestError } from '../errors.js';
import type { ConfigReader } from '../model-directory/config-reader.js';
import { type FloatArray, inputTensor, type ModelSession, runSession } from '../onnx/session.js';
import { inputDims, inputRank, type Shapes } from '../onnx/session-shape.js';
import type { Latents } from '../types.js';
import type { VaeConfig } from '../vae/vae-config.js';
import { guide, repeatLatents, stack } from './guidance.js';
import type { Predict } from './read-prompt.js';

const f32 = Math.fround;

/** Largest width and height: beyond it, attention needs more memory than devices have. */
export const MAX_UNET_SIZE = 4096;

export interface UnetConfig {
  /** Width of the prompt's token embeddings. */
  readonly crossAttentionDim: number;
  readonly inChannels: number;
  /** The network halves the latents' sides until they are this many times smaller. */
  readonly downscale: number;
  /** Width of the embedding of guidance that distilled models (LCM) take; undefined: guidance takes two prompts. */
  readonly guidanceDim: number | undefined;
  /** Pixels per latent, for messages. */
  readonly vaeScaleFactor: number;
}

export function readUnetConfig(reader: ConfigReader, { scaleFactor }: VaeConfig): UnetConfig {
  const blocks = reader.raw('block_out_channels');
  return {
    crossAttentionDim: reader.count('cross_attention_dim', 1280),
    inChannels: reader.count('in_channels', 4),
    guidanceDim:
      reader.raw('time_cond_proj_dim') === undefined ? undefined : reader.count('time_cond_proj_dim'),
    vaeScaleFactor: scaleFactor,
    downscale: 2 ** (Array.isArray(blocks) ? Math.max(blocks.length - 1, 0) : 3),
  };
}

/** Whether a request is guided by a negative prompt. */
export function usesNegative({ guidanceDim }: UnetConfig, guidance: number): boolean {
  return guidance > 1 && guidanceDim === undefined;
}

/** Inputs and outputs of every UNet, for `sessionProblems`. */
export function unetShapes(
  unet: ModelSession,
  { crossAttentionDim, guidanceDim }: UnetConfig,
  channels: number,
): {
  inputs: Shapes;
  outputs: Shapes;
} {
  const latent = [-1, channels, -1, -1];
  const timestep = new Array<number>(inputRank(unet, 'timestep')).fill(-1);
  return {
    inputs: {
      sample: latent,
      timestep,
      encoder_hidden_states: [-1, -1, crossAttentionDim],
      ...(guidanceDim !== undefined && { timestep_cond: [-1, guidanceDim] }),
    },
    outputs: { out_sample: latent },
  };
}

/** Tokens of a prompt that the network was exported for; undefined: any number. */
export function fixedTokens(unet: ModelSession): number | undefined {
  const tokens = inputDims(unet, 'encoder_hidden_states')[1] ?? -1;
  return tokens === -1 ? undefined : tokens;
}

/** @param prompts the network's other inputs for each prompt, the negative one first, if any */
export function unetPredict(
  unet: ModelSession,
  config: UnetConfig,
  prompts: readonly Readonly<Record<string, FloatArray>>[],
  guidance: number,
): Predict {
  const names = Object.keys(prompts[0] ?? {});
  const fixed = Object.fromEntries(
    names.map((name) => {
      const all = prompts.flatMap((prompt) => prompt[name] ?? []);
      return [name, inputTensor(unet, name, stack(all))];
    }),
  );
  const { guidanceDim: dim } = config;
  if (dim !== undefined)
    fixed.timestep_cond = inputTensor(unet, 'timestep_cond', guidanceEmbedding(guidance, dim));
  const timestepDims = inputRank(unet, 'timestep') === 0 ? [] : [1];
  return async (latents, timestep) => {
    const feeds = {
      ...fixed,
      sample: inputTensor(unet, 'sample', repeatLatents(latents, prompts.length)),
      timestep: inputTensor(unet, 'timestep', { data: Float32Array.of(timestep), dims: timestepDims }),
    };
    const { data } = await runSession(unet, feeds, 'out_sample').catch((cause: unknown) => {
      throw explained(cause, latents, config);
    });
    return prompts.length === 1 ? data : guide(data, guidance);
  };
}

/** `get_guidance_scale_embedding` of guidance - 1: sines, then cosines (arXiv 2303.11305, as latent consistency models). */
function guidanceEmbedding(guidance: number, dim: number): FloatArray {
  const half = Math.floor(dim / 2);
  const rate = f32(f32(Math.log(10000)) / (half - 1));
  const angles = Float32Array.from(
    { length: half },
    (_, i) => f32((guidance - 1) * 1000) * f32(Math.exp(f32(i * -rate))),
  );
  const data = new Float32Array(dim);
  data.set(angles.map(Math.sin), 0);
  data.set(angles.map(Math.cos), half);
  return { data, dims: [1, dim] };
}

/** Exporting at an even size leaves out what odd ones need; nothing in the file tells beforehand. */
function explained(
  cause: unknown,
  { width, height }: Latents,
  { downscale, vaeScaleFactor }: UnetConfig,
): unknown {
  if (width % downscale === 0 && height % downscale === 0) return cause;
  const multiple = downscale * vaeScaleFactor;
  const problem =
    `the UNet cannot make latents of ${width}×${height}: it was exported at an even size, so width and height must be ` +
    `multiples of ${multiple} pixels (models/export_model.py exports it for any size)`;
  return new RequestError([problem], { cause });
}
