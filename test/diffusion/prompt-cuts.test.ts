/** The cuts of too long prompts that a plan reports are those that the engine makes, for every family. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModel } from '../../diffusion/index.js';
import { openPromptReader, type PromptTexts } from '../../diffusion/text/prompt-cuts.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { GOLDENS } from './goldens.js';

const LONG = `a boat ${'on the sea '.repeat(60)}, oil painting`;
const VERY_LONG = `a boat ${'on the sea '.repeat(600)}, oil painting`;

/** The engine's messages about cut prompts. */
async function cutByEngine(model: string, texts: PromptTexts): Promise<readonly string[]> {
  const opened = await loadModel(join(GOLDENS, model), { threads: 1 });
  try {
    const events = opened.generate({ ...texts, seed: 1, steps: 1, width: 32, height: 32 });
    const { value } = await events.next();
    await events.return(undefined);
    if (value?.type !== 'prompt') throw new Error('the first event is not about the prompt');
    return value.truncated;
  } finally {
    await opened.dispose();
  }
}

const cuts = async (model: string, texts: PromptTexts) =>
  (await openPromptReader(join(GOLDENS, model))).cutsOf(texts);

test.each([
  ['sd', LONG, 77],
  ['sdxl', LONG, 77],
  ['sd3', LONG, 77],
  ['sd3-t5', VERY_LONG, 256],
  ['flux-dev', VERY_LONG, 512],
])('%s: what no encoder reads is what the engine cuts', async (model, prompt, tokens) => {
  const texts = { prompt, negativePrompt: prompt, guidance: 5 };
  const engine = await cutByEngine(model, texts);
  const found = await cuts(model, texts);
  expect(found.length).toBeGreaterThan(0);
  for (const { of, tokens: at, removed } of found) {
    expect(at).toBe(tokens);
    expect(removed).toMatch(/oil painting$/);
    // The engine's message has the beginning of the cut text.
    const line = engine.find((one) =>
      one.includes(`the ${of} at ${tokens} tokens: "${removed.slice(0, 100)}`),
    );
    expect(line, engine.join('\n')).toBeDefined();
  }
  const negatives = engine.filter((line) => line.includes('negative prompt')).length;
  expect(found.filter(({ of }) => of === 'negative prompt').length).toBe(Math.min(negatives, 1));
});

test('words that T5 reads beyond CLIP’s end are not cut, and neither is an unused negative prompt', async () => {
  expect(await cuts('sd3-t5', { prompt: LONG, guidance: 5 })).toEqual([]);
  expect(await cuts('flux-dev', { prompt: LONG, guidance: 5 })).toEqual([]);
  const unguided = await cuts('sd', { prompt: 'a boat', negativePrompt: LONG, guidance: 1 });
  const distilled = await cuts('sd-lcm', { prompt: 'a boat', negativePrompt: LONG, guidance: 5 });
  expect([...unguided, ...distilled]).toEqual([]);
});

test('a prompt that just fits is not cut, one with a token more is', async () => {
  const words = (count: number) => ({ prompt: Array(count).fill('a').join(' '), guidance: 5 });
  expect(await cuts('sd', words(75))).toEqual([]);
  expect(await cuts('sd', words(76))).toEqual([{ of: 'prompt', tokens: 77, removed: 'a' }]);
});

test('a directory without tokenizers is an error', async () => {
  await expect(openPromptReader(await temporaryFolder())).rejects.toThrow('model_index.json is missing');
});
