/**
 * The parts of a generation, each against recordings of torch, diffusers, transformers and Pillow: noise, schedules, numbers of
 * steps, resized pictures, token ids, embeddings. Without a named tolerance they are compared exactly.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openParts, type Sd3Parts, sessionsOf } from '../../diffusion/families/sd3/parts.js';
import { encodePrompt, tokenizePrompt } from '../../diffusion/families/sd3/prompt.js';
import { readModelIndex } from '../../diffusion/model-directory/model-index.js';
import { Problems } from '../../diffusion/model-directory/problems.js';
import { TorchGenerator } from '../../diffusion/random/torch-random.js';
import { type FlowMatchConfig, flowMatchSchedule } from '../../diffusion/schedulers/flow-match-euler.js';
import { loadTokenizer } from '../../diffusion/text/tokenizer.js';
import { resizeLanczos } from '../../diffusion/vae/lanczos.js';
import { denoisingIterations } from '../../domain/iterations.js';
import { deviation, floats, GOLDENS, goldens, picture } from './goldens.js';

/** torch's vectorised log, sin and cos differ from the C library's in the last bits. */
const NOISE_TOLERANCE = 1e-6;
/** Differences by the order of float32 additions in matrix products. */
const EMBEDDING_TOLERANCE = 1e-5;

describe("torch's CPU generator", () => {
  it.each(goldens.noise)('draws $count values from seed $seed, and the ones after them', (golden) => {
    const generator = new TorchGenerator(golden.seed);
    expect(deviation(generator.randn(golden.count), floats(golden.values))).toBeLessThan(NOISE_TOLERANCE);
    expect(deviation(generator.randn(3), floats(golden.then))).toBeLessThan(NOISE_TOLERANCE);
  });
});

describe('the flow-match Euler scheduler', () => {
  it.each(goldens.schedules)('has the sigmas and timesteps of diffusers: $config, $steps steps', (golden) => {
    const schedule = flowMatchSchedule(flowMatchConfig(golden.config), golden.steps, golden.imageSeqLen);
    expect(Array.from(schedule.sigmas)).toEqual(golden.sigmas);
    expect(Array.from(schedule.timesteps)).toEqual(golden.timesteps);
  });
});

describe('image-to-image', () => {
  it('runs as many steps as diffusers for every strength', () => {
    const counted = goldens.iterations.map(([steps, strength]) =>
      denoisingIterations('sd3', steps, strength),
    );
    expect(counted).toEqual(goldens.iterations.map(([, , count]) => count));
  });

  it.each(goldens.resizes)('resizes $source.dims to $result.dims pixel for pixel as Pillow', (golden) => {
    const { width, height, data } = picture(golden.result);
    const resized = resizeLanczos(picture(golden.source), width, height);
    expect(Buffer.from(resized.data).equals(data)).toBe(true);
  });
});

describe('tokenizers', () => {
  it.each(goldens.tokens)('$model/$part: "$prompt"', async (golden) => {
    const index = await readModelIndex(join(GOLDENS, golden.model));
    const folder = join(index.directory, golden.part);
    const tokenizer = await loadTokenizer(folder, index.classOf(golden.part) ?? 'unknown');
    const { ids, removed } = tokenizer.encode(golden.prompt, golden.length);
    expect(ids).toEqual(golden.ids);
    expect(removed === undefined).toBe(golden.removed === null);
  });
});

describe.each(goldens.embeddings)('the text encoders of $model', (golden) => {
  let parts: Sd3Parts;

  beforeAll(async () => {
    const problems = new Problems();
    const index = await readModelIndex(join(GOLDENS, golden.model));
    const opened = await openParts(index, { executionProviders: ['cpu'], threads: 1 }, problems);
    if (opened === undefined) throw new Error(problems.found.join('; '));
    parts = opened;
  });

  afterAll(async () => {
    await Promise.all(sessionsOf(parts).map(({ ort }) => ort.release()));
  });

  it('give the embeddings of diffusers', async () => {
    const tokens = tokenizePrompt(parts, golden.prompt, golden.length);
    const { embeds, pooled } = await encodePrompt(parts, tokens, golden.embeds.dims.at(-1) ?? 0);
    expect(embeds.dims).toEqual(golden.embeds.dims);
    expect(deviation(embeds.data, floats(golden.embeds))).toBeLessThan(EMBEDDING_TOLERANCE);
    expect(deviation(pooled.data, floats(golden.pooled))).toBeLessThan(EMBEDDING_TOLERANCE);
  });
});

function flowMatchConfig(config: Record<string, number | string | boolean>): FlowMatchConfig {
  const number = (key: string, fallback: number) =>
    typeof config[key] === 'number' ? config[key] : fallback;
  return {
    numTrainTimesteps: number('num_train_timesteps', 1000),
    shift: number('shift', 1),
    dynamicShifting:
      config.use_dynamic_shifting === true
        ? {
            baseShift: 0.5,
            maxShift: number('max_shift', 1.15),
            baseImageSeqLen: 256,
            maxImageSeqLen: 4096,
            type: config.time_shift_type === 'linear' ? 'linear' : 'exponential',
          }
        : undefined,
  };
}
