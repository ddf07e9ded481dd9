/**
 * Windows of a prompt to embeddings, one after the other along the tokens, with the weights of its words. Weights are applied as
 * compel 2.3 applies them (`EmbeddingsProvider.get_embeddings_for_weighted_prompt_fragments`, DownweightMode.REMOVE): a token's
 * embedding is moved away from the one that it has in the empty window, or towards it; and for each piece below 1 the whole is
 * mixed with the embeddings of the prompt without it.
 */
import type { FloatArray } from '../onnx/session.js';
import type { PromptPart, TokenWindow, WindowedPrompt } from '../text/read-windows.js';

const f32 = Math.fround;

/** A text encoder's outputs for a window: the embeddings [1, tokens, width] first. */
export type EncodeWindow = (ids: readonly number[]) => Promise<readonly [FloatArray, ...FloatArray[]]>;

/**
 * Runs a text encoder over all windows.
 * @param count windows of the result: a shorter prompt is filled up with windows without words
 * @returns the embeddings [1, count · tokens, width], and the first window's other outputs as they are
 */
export async function encodeWindows(
  { parts, empty, ids }: WindowedPrompt,
  encode: EncodeWindow,
  count: number,
): Promise<readonly [FloatArray, ...FloatArray[]]> {
  const windows = parts.flatMap((part) => part.windows);
  const once = remembered(encode, [empty, ...windows.map((window) => window.ids)]);
  const blank = async () => (await once(empty))[0];
  const [, ...others] = await once(ids);
  const blocks: FloatArray[] = [];
  for (const part of parts) blocks.push(...(await encodePart(part, once, blank)));
  while (blocks.length < count) blocks.push(await blank());
  return [joined(blocks), ...others];
}

/** What is needed again: the empty window, and those that lie before a piece that is left out. */
function remembered(encode: EncodeWindow, windows: readonly (readonly number[])[]): EncodeWindow {
  const keys = new Set(windows.map((ids) => ids.join()));
  const known = new Map<string, ReturnType<EncodeWindow>>();
  return (ids) => {
    const key = ids.join();
    const outputs = known.get(key) ?? encode(ids);
    if (keys.has(key)) known.set(key, outputs);
    return outputs;
  };
}

/** The mean of the whole and of what is left without each light piece, by compel's weights. */
async function encodePart(
  { windows, without }: PromptPart,
  encode: EncodeWindow,
  blank: () => Promise<FloatArray>,
): Promise<FloatArray[]> {
  const whole = await weighted(windows, encode, blank);
  if (without.length === 0) return whole;
  const shares = sharesOf(without.map(({ weight }) => weight));
  const mixed = whole.map((block) => scaled(block, shares[0] ?? 1));
  for (const [i, rest] of without.entries()) {
    const blocks = await weighted(rest.windows, encode, blank);
    for (const [at, block] of mixed.entries())
      addScaled(block.data, (blocks[at] ?? (await blank())).data, shares[i + 1] ?? 0);
  }
  return mixed;
}

/** What compel takes instead of 0, whose tangent would be infinite. */
const LEAST_WEIGHT = 1e-5;

/** tan((1 - w) · π / 2) for each weight below 1, beside 1 for the whole; in sum 1. At 0.5 the mixture is half and half. */
function sharesOf(weights: readonly number[]): number[] {
  const tangents = weights.map((weight) => Math.tan((1 - Math.max(LEAST_WEIGHT, weight)) * (Math.PI / 2)));
  const all = [1, ...tangents].map(f32);
  const sum = all.reduce((total, one) => f32(total + one), 0);
  return all.map((one) => f32(one / sum));
}

async function weighted(
  windows: readonly TokenWindow[],
  encode: EncodeWindow,
  blank: () => Promise<FloatArray>,
): Promise<FloatArray[]> {
  const blocks: FloatArray[] = [];
  for (const { ids, weights } of windows) {
    const [block] = await encode(ids);
    blocks.push(weights.every((weight) => weight === 1) ? block : weigh(block, weights, await blank()));
  }
  return blocks;
}

/** empty + weight · (embedding - empty), token by token; of weight 1 as it is. */
function weigh({ data, dims }: FloatArray, weights: Float32Array, { data: empty }: FloatArray): FloatArray {
  const width = dims.at(-1) ?? 0;
  const moved = data.map((value, i) => {
    const weight = weights[Math.floor(i / width)] ?? 1;
    const from = empty[i] ?? 0;
    return weight === 1 ? value : from + f32(weight * f32(value - from));
  });
  return { data: moved, dims };
}

const scaled = ({ data, dims }: FloatArray, share: number): FloatArray => ({
  data: data.map((value) => value * share),
  dims,
});

function addScaled(sum: Float32Array, data: Float32Array, share: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + f32((data[i] ?? 0) * share);
}

/** Blocks [1, n, width] one after the other. */
function joined(blocks: readonly FloatArray[]): FloatArray {
  const [first] = blocks;
  if (first === undefined || blocks.length === 1)
    return first ?? { data: new Float32Array(0), dims: [1, 0, 0] };
  const data = new Float32Array(blocks.reduce((sum, block) => sum + block.data.length, 0));
  let at = 0;
  for (const block of blocks) {
    data.set(block.data, at);
    at += block.data.length;
  }
  const width = first.dims.at(-1) ?? 0;
  return { data, dims: [1, data.length / width, width] };
}
