/**
 * The UNet of Stable Diffusion 1, 2 and XL: one evaluation, with classifier-free guidance. What stays the same over
 * the steps is made into tensors once.
 */
import type { ConfigReader } from './config-reader.js';
import { guide, repeatLatents, stack } from './guidance.js';
import type { Predict } from './pipeline.js';
import {
  type FloatArray,
  inputRank,
  inputTensor,
  type ModelSession,
  runSession,
  type Shapes,
} from './session.js';
import type { Latents } from './types.js';

/** Largest width and height: beyond it, attention needs more memory than devices have. */
export const MAX_UNET_SIZE = 4096;

export interface UnetConfig {
  /** Width of the prompt's token embeddings. */
  readonly crossAttentionDim: number;
  readonly inChannels: number;
  /** The network halves the latents' sides until they are this many times smaller. */
  readonly downscale: number;
}

export function readUnetConfig(reader: ConfigReader): UnetConfig {
  const blocks = reader.raw('block_out_channels');
  return {
    crossAttentionDim: reader.count('cross_attention_dim', 1280),
    inChannels: reader.count('in_channels', 4),
    downscale: 2 ** (Array.isArray(blocks) ? Math.max(blocks.length - 1, 0) : 3),
  };
}

/** Inputs and outputs of every UNet, for `sessionProblems`. */
export function unetShapes(
  unet: ModelSession,
  { crossAttentionDim }: UnetConfig,
  channels: number,
): {
  inputs: Shapes;
  outputs: Shapes;
} {
  const latent = [-1, channels, -1, -1];
  const timestep = new Array<number>(inputRank(unet, 'timestep')).fill(-1);
  return {
    inputs: { sample: latent, timestep, encoder_hidden_states: [-1, -1, crossAttentionDim] },
    outputs: { out_sample: latent },
  };
}

/** @param prompts the network's other inputs for each prompt, the negative one first, if any */
export function unetPredict(
  unet: ModelSession,
  { downscale }: UnetConfig,
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
  const timestepDims = inputRank(unet, 'timestep') === 0 ? [] : [1];
  return async (latents, timestep) => {
    const feeds = {
      ...fixed,
      sample: inputTensor(unet, 'sample', repeatLatents(latents, prompts.length)),
      timestep: inputTensor(unet, 'timestep', { data: Float32Array.of(timestep), dims: timestepDims }),
    };
    const { data } = await runSession(unet, feeds, 'out_sample').catch((cause: unknown) => {
      throw explained(cause, latents, downscale);
    });
    return prompts.length === 1 ? data : guide(data, guidance);
  };
}

/** Exporting at an even size leaves out what odd ones need; nothing in the file tells beforehand. */
function explained(cause: unknown, { width, height }: Latents, downscale: number): unknown {
  if (width % downscale === 0 && height % downscale === 0) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(
    `The UNet cannot make latents of ${width}×${height}: neither side of the size that it was exported at was odd on ` +
      `the way down, so both must be multiples of ${downscale}. Export it again at this size, or choose another. ${reason}`,
    { cause },
  );
}
