/**
 * Prompts of several windows and weighted prompts, against compel with the same tiny models: embeddings within 1e-4 of the
 * largest, and the resulting image within one level of 255.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { openCommonParts } from '../../diffusion/families/common-parts.js';
import type { TextEncoder } from '../../diffusion/families/parts.js';
import { encodeSd } from '../../diffusion/families/sd/prompt.js';
import { encodeSdxl, tokenizeSdxl } from '../../diffusion/families/sdxl/prompt.js';
import {
  type DiffusionModel,
  type GenerationRequest,
  loadModel,
  type RgbImage,
} from '../../diffusion/index.js';
import { readModelIndex } from '../../diffusion/model-directory/model-index.js';
import { Problems } from '../../diffusion/model-directory/problems.js';
import { type FloatArray, releaseSessions } from '../../diffusion/onnx/session.js';
import { readWindows, windowCount } from '../../diffusion/text/read-windows.js';
import { deviation, GOLDENS, openGoldens, type RecordedArray } from './goldens.js';

const EMBEDDING_TOLERANCE = 1e-4;
const PIXEL_TOLERANCE = 1;

interface PromptCase {
  readonly name: string;
  readonly model: string;
  readonly request: GenerationRequest;
  /** Embeddings of the prompt, and of the negative prompt if there is one. */
  readonly embeds: RecordedArray[];
  /** Pooled embeddings, of SDXL only. */
  readonly pooled: RecordedArray[];
  readonly final: RecordedArray;
}

const { recorded, floats, picture } = openGoldens<{ cases: PromptCase[] }>('prompts');

async function imageOf(model: DiffusionModel, request: GenerationRequest): Promise<RgbImage> {
  for await (const event of model.generate(request)) if (event.type === 'final') return event.image;
  throw new Error('there was no final image');
}

const furthest = (one: Uint8Array, other: Uint8Array): number =>
  one.reduce((max, value, i) => Math.max(max, Math.abs(value - (other[i] ?? 0))), 0);

describe.each(['sd', 'sdxl'])('%s', (name) => {
  let model: DiffusionModel;
  let encoders: readonly TextEncoder[];
  let release: () => Promise<void>;

  beforeAll(async () => {
    model = await loadModel(join(GOLDENS, name), { threads: 1 });
    const problems = new Problems();
    const index = await readModelIndex(join(GOLDENS, name));
    const options = { executionProviders: ['cpu'], threads: 1 };
    const names = { network: 'unet', encoders: name === 'sd' ? [''] : ['', '_2'] } as const;
    const parts = await openCommonParts(index, options, problems, names);
    if (parts === undefined) throw new Error(problems.found.join('; '));
    encoders = parts.encoders;
    release = () => releaseSessions(parts.sessions);
  });

  afterAll(async () => {
    await release();
    await model.dispose();
  });

  /** Encodes prompts as the pipeline does: all with the same number of windows. */
  async function encode(request: GenerationRequest, prompts: readonly string[]) {
    const [first, second] = encoders;
    if (first === undefined) throw new Error('there is no text encoder');
    if (second === undefined) {
      const read = prompts.map((prompt) => readWindows(first.tokenizer, prompt, request));
      const embeds = await encodeSd(first, read);
      return embeds.map((one) => ({ embeds: one.encoder_hidden_states, pooled: undefined }));
    }
    const both = [first, second] as const;
    const tokens = prompts.map((prompt) => tokenizeSdxl(both, prompt, request));
    const count = Math.max(...tokens.flat().map(windowCount));
    const out: { embeds: FloatArray; pooled: FloatArray }[] = [];
    for (const one of tokens) out.push(await encodeSdxl(both, one, count));
    return out;
  }

  describe.each(recorded.cases.filter(({ model }) => model === name))('$name', (golden) => {
    const { request } = golden;

    it('has the embeddings of compel', async () => {
      const prompts = [request.prompt, request.negativePrompt ?? ''].slice(0, golden.embeds.length);
      const encoded = await encode(request, prompts);
      for (const [i, place] of golden.embeds.entries()) {
        const { embeds, pooled } = encoded[i] ?? {};
        expect(embeds?.dims).toEqual(place.dims);
        expect(deviation(embeds?.data ?? [], floats(place))).toBeLessThan(EMBEDDING_TOLERANCE);
        const [wanted, found] = [golden.pooled[i], pooled?.data ?? []];
        if (wanted !== undefined) expect(deviation(found, floats(wanted))).toBeLessThan(EMBEDDING_TOLERANCE);
      }
    });

    it('has the image that diffusers makes of them', async () => {
      const image = await imageOf(model, request);
      expect(furthest(picture(golden.final).data, image.data)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    });
  });

  const plain = { seed: 3, steps: 2, guidance: 5, width: 32, height: 32 };

  it('makes the same image to the byte of a prompt without syntax, with any reading of prompts', async () => {
    const texts = { ...plain, prompt: 'two boats, 5:30 | 日本', negativePrompt: 'snow' };
    const expected = await imageOf(model, texts);
    for (const reading of [
      { longPrompts: 'chunk' },
      { promptSyntax: 'weighted' },
      { longPrompts: 'chunk', promptSyntax: 'weighted' },
    ] as const)
      expect(Buffer.from((await imageOf(model, { ...texts, ...reading })).data).equals(expected.data)).toBe(
        true,
      );
  });

  it('makes another image with other weights, and with words that would otherwise be cut', async () => {
    const long = { ...plain, prompt: `${'a boat '.repeat(60)} by night`, promptSyntax: 'weighted' } as const;
    const images = [
      await imageOf(model, long),
      await imageOf(model, { ...long, longPrompts: 'chunk' }),
      await imageOf(model, { ...long, longPrompts: 'chunk', prompt: `${'a boat '.repeat(60)} by (night:3)` }),
      await imageOf(model, {
        ...long,
        longPrompts: 'chunk',
        prompt: `${'a boat '.repeat(60)} by (night:0.1)`,
      }),
    ].map(({ data }) => Buffer.from(data).toString('base64'));
    expect(new Set(images).size).toBe(4);
  });

  it('reports no cut words if none are cut', async () => {
    const prompt = 'a boat '.repeat(200);
    const cutOf = async (request: Partial<GenerationRequest>) => {
      const events = model.generate({ ...plain, prompt, negativePrompt: prompt, ...request });
      const { value } = await events.next();
      await events.return(undefined);
      return value?.type === 'prompt' ? value.truncated.length : Number.NaN;
    };
    expect(await cutOf({})).toBe(2 * encoders.length);
    expect(await cutOf({ promptSyntax: 'weighted' })).toBe(2 * encoders.length);
    expect(await cutOf({ longPrompts: 'chunk' })).toBe(0);
  });

  it('refuses problems of syntax, in the prompt and in the negative prompt', () => {
    const request = { ...plain, prompt: '(a', negativePrompt: 'b:1)', promptSyntax: 'weighted' } as const;
    expect(() => model.check(request)).toThrow(
      /prompt, character 1: "\(" is never closed.*negativePrompt, character 4: "\)" closes no "\("/s,
    );
    expect(() => model.check({ ...request, prompt: 'a', negativePrompt: 'b' })).not.toThrow();
  });
});

test.each(['sd3', 'flux-dev'])('%s refuses several windows and weights, with its name', async (name) => {
  const model = await loadModel(join(GOLDENS, name), { threads: 1 });
  const request = { prompt: 'a', seed: 1, steps: 1, guidance: 1, width: 32, height: 32 };
  expect(() => model.check({ ...request, longPrompts: 'chunk', promptSyntax: 'weighted' })).toThrow(
    /longPrompts is for the families sd and sdxl, not for (sd3|flux).*promptSyntax is for the families/s,
  );
  await model.dispose();
});
