/**
 * One evaluation of the transformer, with classifier-free guidance: both prompts in one batch of two, the
 * negative one first, as diffusers does. Everything that stays the same over the steps is made once.
 */
import type { Tensor } from 'onnxruntime-node';
import { type FloatArray, inputTensor, type ModelSession, runSession } from '../session.js';
import type { Latents } from '../types.js';
import type { PromptEmbeds } from './encode-prompt.js';

const f32 = Math.fround;

/** What the transformer is told about the prompts, for all steps. */
export interface Conditioning {
  /** 2 with guidance, else 1. */
  readonly batch: 1 | 2;
  readonly encoderHiddenStates: Tensor;
  readonly pooledProjections: Tensor;
}

/** @param negative embeddings of the negative prompt; undefined runs without guidance */
export function conditioning(
  transformer: ModelSession,
  positive: PromptEmbeds,
  negative: PromptEmbeds | undefined,
): Conditioning {
  const prompts = negative === undefined ? [positive] : [negative, positive];
  const tensor = (name: string, part: keyof PromptEmbeds) =>
    inputTensor(transformer, name, stack(prompts.map((prompt) => prompt[part])));
  return {
    batch: negative === undefined ? 1 : 2,
    encoderHiddenStates: tensor('encoder_hidden_states', 'embeds'),
    pooledProjections: tensor('pooled_projections', 'pooled'),
  };
}

/** The velocity at these latents, guided: uncond + guidance · (cond - uncond) in float32. */
export async function predictVelocity(
  transformer: ModelSession,
  { batch, encoderHiddenStates, pooledProjections }: Conditioning,
  latents: Latents,
  timestep: number,
  guidance: number,
): Promise<Float32Array> {
  const one = { data: latents.data, dims: [1, latents.channels, latents.height, latents.width] };
  const hidden = stack(new Array<FloatArray>(batch).fill(one));
  const times = { data: new Float32Array(batch).fill(timestep), dims: [batch] };
  const feeds = {
    hidden_states: inputTensor(transformer, 'hidden_states', hidden),
    encoder_hidden_states: encoderHiddenStates,
    pooled_projections: pooledProjections,
    timestep: inputTensor(transformer, 'timestep', times),
  };
  const { data } = await runSession(transformer, feeds, 'out_hidden_states');
  return batch === 1 ? data : guide(data, f32(guidance));
}

function guide(both: Float32Array, guidance: number): Float32Array {
  const half = both.length / 2;
  return both.subarray(0, half).map((uncond, i) => {
    return uncond + f32(guidance * f32((both[half + i] ?? 0) - uncond));
  });
}

/** Joins arrays along the batch dimension. */
function stack(arrays: readonly FloatArray[]): FloatArray {
  const [first] = arrays;
  if (first === undefined || arrays.length === 1) return first ?? { data: new Float32Array(0), dims: [0] };
  const data = new Float32Array(first.data.length * arrays.length);
  arrays.forEach((array, i) => {
    data.set(array.data, i * first.data.length);
  });
  return { data, dims: [arrays.length, ...first.dims.slice(1)] };
}
