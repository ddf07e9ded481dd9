/** A program's settings for reading prompts: from the show file to the plan, and their refusals. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadShow } from '../../client/load/load-show.js';
import { measurePrompts } from '../../client/plan/cut-prompts.js';
import { InvalidInputError } from '../../domain/problems.js';
import { GOLDENS } from '../diffusion/goldens.js';
import { program, show, writeShow } from '../support/show-folder.js';

const READING = { longPrompts: 'chunk', promptSyntax: 'weighted' };
const time = '00:00:10';

async function load(programs: Record<string, unknown>, cues: object[], model = 'sd') {
  const cwd = await writeShow({
    show: { ...show, models: { tiny: { path: join(GOLDENS, model) } }, programs },
    cues: cues.map((cue) => ({ time, ...cue })),
  });
  return loadShow(join(cwd, 'show.yaml'), {});
}

const problemsOf = async (...of: Parameters<typeof load>) => {
  const error = await load(...of).catch((refusal: unknown) => refusal);
  if (!(error instanceof InvalidInputError)) throw error;
  return error.problems.map(({ where, message }) => `${where}: ${message}`);
};

const LONG = `a lighthouse ${'by the sea, '.repeat(30)}`;
const CUES = [{ action: 'prompt', prompt: LONG, program: 'P4' }];

test('a program’s settings for reading prompts are in its plan; a program without them has none', async () => {
  const { tasks } = await load({ P4: { ...program, ...READING }, P5: program }, [
    ...CUES,
    { action: 'prompt', prompt: 'x', program: 'P5' },
  ]);
  expect(tasks[0]?.settings).toMatchObject(READING);
  expect(tasks[1]?.settings).not.toHaveProperty('longPrompts');
  expect(tasks[1]?.settings).not.toHaveProperty('promptSyntax');
});

test('prompts that continue in further windows are not cut, and weights do not count as words', async () => {
  const cuesCut = async (reading: object, cues = CUES) =>
    (await measurePrompts(await load({ P4: { ...program, ...reading } }, cues))).cut;
  expect(await cuesCut({})).toHaveLength(1);
  expect(await cuesCut({ longPrompts: 'chunk' })).toEqual([]);
  const fits = [{ action: 'prompt', prompt: `(((${'a '.repeat(73)}(a:1.5))))`, program: 'P4' }];
  expect(await cuesCut({}, fits)).toHaveLength(1);
  expect(await cuesCut({ promptSyntax: 'weighted' }, fits)).toEqual([]);
  const isCut = [{ action: 'prompt', prompt: `((${'a '.repeat(75)}(b:1.5)))`, program: 'P4' }];
  expect(await cuesCut({ promptSyntax: 'weighted' }, isCut)).toMatchObject([{ tokens: 77, removed: 'b' }]);
});

test('the same prompt is measured for each program by its own settings', async () => {
  const programs = { P4: { ...program, longPrompts: 'chunk' }, P5: program };
  const both = [...CUES, { action: 'prompt', prompt: LONG, program: 'P5' }];
  const { cut } = await measurePrompts(await load(programs, both));
  expect(cut.map(({ cueId }) => cueId)).toEqual(['prompt_1_00_00_10']);
});

test('prompts that cannot be read are refused together, each with cue and position', async () => {
  const texts = { negativePrompt: 'fog)', suffix: ', [oil', promptSyntax: 'weighted' };
  const programs = {
    P0: { ...program, ...READING },
    P4: { ...program, ...texts },
    P5: { ...program, ...READING, prompt: '(sea:x)' },
  };
  expect(await problemsOf(programs, [{ action: 'prompt', prompt: 'x', program: 'P4' }])).toEqual([
    expect.stringMatching(/^programs\.P4\.negativePrompt: character 4: "\)" closes no "\("/),
    expect.stringMatching(/^programs\.P4\.suffix: character 3: "\[" is never closed/),
    expect.stringMatching(/^programs\.P5\.prompt: character 5: the weight is "x"/),
  ]);
  const cues = [
    { action: 'transcript', generate: true, transcript: 'a ((boat)' },
    { action: 'prompt', prompt: ' a BREAK b', program: 'P4' },
    { action: 'prompt', prompt: '(not used', program: 'P5' },
  ];
  const { P0, P4 } = programs;
  const mended = { P0, P4: { ...P4, negativePrompt: '', suffix: '(oil)' }, P5: { ...P0, prompt: 'sea' } };
  expect(await problemsOf(mended, cues)).toEqual([
    expect.stringMatching(/^cues\.json, cue 0, transcript: character 3: "\(" is never closed/),
    'cues.json, cue 1, prompt: character 4: BREAK begins a new window, which takes "longPrompts: chunk"',
  ]);
});

test('a prompt and a suffix that are valid separately but not together are refused', async () => {
  const light = '[a] b '.repeat(60);
  const programs = { P4: { ...program, ...READING, suffix: light } };
  expect(await problemsOf(programs, [{ action: 'prompt', prompt: light, program: 'P4' }])).toEqual([
    expect.stringMatching(/^cues\.json, cue 0, prompt: character \d+: more than 100 pieces/),
  ]);
});

test.each(['sd3', 'flux-dev'])('several windows and weights are refused for %s', async (model) => {
  expect(await problemsOf({ P4: { ...program, ...READING } }, CUES, model)).toEqual([
    expect.stringMatching(
      /^programs\.P4\.longPrompts: is for the families sd and sdxl, not for (sd3|flux), of which model "tiny" is$/,
    ),
    expect.stringMatching(/^programs\.P4\.promptSyntax: is for the families sd and sdxl/),
  ]);
});

test('unknown values of these settings are refused', async () => {
  const programs = { P4: { ...program, longPrompts: 'split', promptSyntax: 'a1111' } };
  expect(await problemsOf(programs, CUES)).toEqual([
    'programs.P4.longPrompts: expected chunk',
    'programs.P4.promptSyntax: expected weighted',
  ]);
});
