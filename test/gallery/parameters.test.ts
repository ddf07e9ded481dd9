/** Parameters written into an image can be read back, also with prompts that look like parameters. */
import { expect, it } from 'vitest';
import { generationParameters } from '../../domain/generation-parameters.js';
import { requestVariant } from '../../domain/show-plan.js';
import { parseParameters } from '../../gallery/parameters.js';
import { sampleTask } from '../workflows/samples.js';

const ENGINE = { scheduler: 'Euler', modelDigest: 'a'.repeat(64) };

function throughAnImage(words: { prompt?: string; negativePrompt?: string; model?: string }) {
  const request = requestVariant(sampleTask('v1', 1), 1);
  const { prompt = 'a boat', negativePrompt, model = 'tiny' } = words;
  const settings = {
    ...request.settings,
    prompt,
    model: { ...request.settings.model, name: model },
    ...(negativePrompt === undefined ? {} : { negativePrompt }),
  };
  const text = generationParameters({ ...request, settings }, ENGINE);
  const { settings: pairs, ...rest } = parseParameters(text);
  return { ...rest, settings: Object.fromEntries(pairs), lines: text.split('\n').length };
}

it('a model with a comma and a colon in its name is one setting', () => {
  const model = 'tiny, Seed: 7, "best"';
  expect(throughAnImage({ model }).settings).toMatchObject({ Model: model, Sampler: 'Euler' });
});

it('lines of a prompt that look like parameters stay in the prompt', () => {
  const prompt = 'a boat\nNegative prompt: people\nSteps: 3, Seed: 1';
  expect(throughAnImage({ prompt, negativePrompt: 'fog\nSteps: 9' })).toMatchObject({
    prompt: 'a boat Negative prompt: people Steps: 3, Seed: 1',
    negativePrompt: 'fog Steps: 9',
    lines: 3,
  });
});

it('a prompt that begins like a parameter is quoted', () => {
  expect(throughAnImage({ prompt: 'Negative prompt: a boat' })).toMatchObject({
    prompt: '"Negative prompt: a boat"',
    negativePrompt: '',
  });
});

it('settings for reading prompts are parameters of an image if they are not the default', () => {
  const request = requestVariant(sampleTask('v1', 1), 1);
  const settingsOf = (reading: object) =>
    Object.fromEntries(
      parseParameters(
        generationParameters({ ...request, settings: { ...request.settings, ...reading } }, ENGINE),
      ).settings,
    );
  const reading = { longPrompts: 'chunk', promptSyntax: 'weighted' };
  expect(settingsOf(reading)).toMatchObject({ 'Long prompts': 'chunk', 'Prompt syntax': 'weighted' });
  expect(Object.keys(settingsOf({}))).not.toContain('Long prompts');
});

it('LoRAs are one parameter of an image, however they are named and ordered', () => {
  const { settings, ...request } = requestVariant(sampleTask('v1', 1), 1);
  const loras = [
    { path: 'loras/painter: "oil", 2.safetensors', scale: 0.8 },
    { path: 'loras/grain.safetensors', scale: -0.3 },
  ];
  const model = { ...settings.model, loras };
  const parsed = parseParameters(
    generationParameters({ ...request, settings: { ...settings, model } }, ENGINE),
  );
  expect(Object.fromEntries(parsed.settings).LoRAs).toBe(
    'loras/grain.safetensors -0.3, loras/painter: "oil", 2.safetensors 0.8',
  );
});

it('a line of capitals only is parsed in linear time', () => {
  expect(parseParameters(`x\nSteps: 4, ${'A'.repeat(300_000)}`).settings).toEqual([
    ['Steps', `4, ${'A'.repeat(300_000)}`],
  ]);
});

it('images of earlier versions, with unquoted values, can be read', () => {
  const { settings } = parseParameters('a boat\nSteps: 4, Model: tiny, second, Seed: 7');
  expect(settings).toEqual([
    ['Steps', '4'],
    ['Model', 'tiny, second'],
    ['Seed', '7'],
  ]);
});
