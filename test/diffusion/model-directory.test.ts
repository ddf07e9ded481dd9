/**
 * Inspecting a model directory without opening the model agrees with the engine: the family and the number of evaluations of
 * each working model, and a refusal of each damaged one.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModel, ModelError } from '../../diffusion/index.js';
import { inspectDirectory } from '../../diffusion/model-directory/inspect-directory.js';
import { denoisingIterations } from '../../domain/iterations.js';
import { GOLDENS } from './goldens.js';

const MODELS = ['sd', 'sd-lcm', 'sdxl', 'sd3', 'sd3-t5', 'flux-dev', 'flux-schnell'];

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'inspected-')), 'model');
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

async function edit(file: string, change: Record<string, unknown>): Promise<void> {
  const path = join(directory, file);
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
}

const engineRefuses = async (): Promise<string> => {
  const error = await loadModel(directory, { threads: 1 }).catch((reason: unknown) => reason);
  if (error instanceof ModelError) return error.problems.join('\n');
  throw new Error(`expected a ModelError, got ${error}`);
};

describe.each(MODELS)('%s', (name) => {
  it('has the same family and number of evaluations as in the engine', async () => {
    const { family, scheduler, problems } = await inspectDirectory(join(GOLDENS, name));
    expect(problems).toEqual([]);
    const model = await loadModel(join(GOLDENS, name), { threads: 1 });
    const request = { ...{ prompt: '', seed: 1, guidance: 1 }, ...{ steps: 7, width: 64, height: 64 } };
    expect(family && denoisingIterations(family, 7, undefined, scheduler)).toBe(model.iterations(request));
    expect(family).toBe(model.info.family);
    await model.dispose();
  });
});

const DAMAGES = {
  'a pipeline that is not supported': {
    damage: () => edit('model_index.json', { _class_name: 'StableDiffusionInpaintPipeline' }),
    says: 'names StableDiffusionInpaintPipeline; supported are',
  },
  'no index': { damage: () => rm(join(directory, 'model_index.json')), says: 'model_index.json is missing' },
  'an index that is no JSON': {
    damage: () => writeFile(join(directory, 'model_index.json'), '{'),
    says: 'model_index.json is not valid JSON',
  },
  'a scheduler that is not supported': {
    damage: () => edit('scheduler/scheduler_config.json', { _class_name: 'DEISMultistepScheduler' }),
    says: 'the scheduler DEISMultistepScheduler is not one for Stable Diffusion; supported: DDIM',
  },
  'a scheduler’s settings that are no JSON': {
    damage: () => writeFile(join(directory, 'scheduler', 'scheduler_config.json'), 'PNDM'),
    says: 'scheduler_config.json is not valid JSON',
  },
};

it.each(Object.entries(DAMAGES))(
  'with %s, both refuse a directory in the same words',
  async (_, { damage, says }) => {
    await cp(join(GOLDENS, 'sd'), directory, { recursive: true });
    await damage();
    expect((await inspectDirectory(directory)).problems.join('\n')).toContain(says);
    expect(await engineRefuses()).toContain(says);
  },
);

it('accepts the names that Optimum gives to pipelines', async () => {
  await cp(join(GOLDENS, 'sd3'), directory, { recursive: true });
  await edit('model_index.json', { _class_name: 'ORTStableDiffusion3Pipeline' });
  expect(await inspectDirectory(directory)).toMatchObject({ family: 'sd3', problems: [] });
});
