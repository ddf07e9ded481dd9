import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FullPlan } from '../../client/plan/show-plan.js';
import { openStore } from '../../storage/open-store.js';
import { pregen } from '../support/pregen.js';
import { cues, program, show, writeShow } from '../support/show-folder.js';

/** The exhibition's format: unknown actions and fields, cues without an image, and all three actions with one. */
const EXHIBITION_CUES = [
  { time: '00:00:00', action: 'house-lights', level: 20 },
  { time: '00:00:12', action: 'transcript', transcript: 'once upon a time', generate: true, words: [1, 2] },
  { time: '00:00:20', action: 'transcript', transcript: 'not this', generate: false },
  { time: '00:01:02.500', action: 'prompt', prompt: 'crowdworker', program: 'P4', delay: 3, fade: true },
  {
    time: '00:01:30',
    action: 'prompt',
    prompt: 'x',
    override: ' big tech ceo ',
    program: 'P4',
    guidance: 50,
  },
  { time: '00:01:40', action: 'prompt', prompt: 'a beach', program: 'P4', inferenceStep: 9 },
  { time: '00:01:45', action: 'prompt', prompt: 'never', program: 'P4', commit: false },
  { time: '00:01:50', action: 'prompt', prompt: '', program: 'P4' },
  { time: '00:02:00', action: 'move-slider', program: 'P2', value: 0 },
  { time: '00:02:10', action: 'move-slider', program: 'P2', value: 62.5 },
  { time: '00:02:20', action: 'move-slider', program: 'P3', value: 10 },
];

const EXHIBITION_SHOW = {
  ...show,
  variants: { transcript: 30, prompt: 50, 'move-slider': 50 },
  programs: {
    P0: { ...program, previews: false, suffix: ', photorealistic' },
    P4: { ...program, suffix: { text: ', photorealistic', only: ['crowdworker', 'big tech ceo'] } },
    P2: { ...program, steps: 10, prompt: 'painting like an epic poem', image: 'painting.png' },
  },
};

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('pregen show plan', () => {
  it('accepts the pipeline name that Optimum writes', async () => {
    const cwd = await writeShow({
      files: { 'model/model_index.json': JSON.stringify({ _class_name: 'ORTStableDiffusion3Pipeline' }) },
    });
    const { code, stderr } = await pregen(['show', 'plan', 'show.yaml'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('counts the previews of PNDM: one more than the steps, also for image-to-image', async () => {
    const painted = { ...program, steps: 10, prompt: 'a poem', image: 'painting.png', strength: 0.5 };
    const models = { tiny: { path: 'model' }, other: { path: 'model', scheduler: 'DDIMScheduler' } };
    const cwd = await writeShow({
      show: { ...show, models, programs: { P0: painted, P4: { ...program, model: 'other' } } },
      files: {
        'painting.png': PNG,
        'model/model_index.json': JSON.stringify({ _class_name: 'StableDiffusionPipeline' }),
        'model/scheduler/scheduler_config.json': '{"_class_name": "PNDMScheduler", "skip_prk_steps": true}',
        'model/vae_encoder/model.onnx': '',
      },
    });
    const { code, stdout } = await pregen(['show', 'plan', 'show.yaml', '--json'], { cwd });
    expect(code).toBe(0);
    // P0: 2 variants of final, timing and 5 + 1 previews. P4: 3 variants of final, timing and 4 previews.
    expect((JSON.parse(stdout) as FullPlan).totals.objects).toBe(2 * (2 + 6) + 3 * (2 + 4));
  });

  it('refuses previews by a tiny decoder that the model does not have', async () => {
    const cwd = await writeShow({
      show: { ...show, models: { tiny: { path: 'model', previews: 'taesd' } } },
    });
    const { code, stderr } = await pregen(['show', 'plan', 'show.yaml'], { cwd });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/models\.tiny\.path: the model lacks .*taesd_decoder.model\.onnx/);
  });

  it('plans a sheet in the exhibition format to its exact cue ids, prompts and counts', async () => {
    const cwd = await writeShow({
      show: EXHIBITION_SHOW,
      cues: EXHIBITION_CUES,
      files: { 'painting.png': PNG, 'model/vae_encoder/model.onnx': '' },
    });
    const { code, stdout, stderr } = await pregen(['show', 'plan', 'show.yaml', '--json'], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const P2 = { program: 'P2', prompt: 'painting like an epic poem', variants: 50, stored: 0 };
    const P4 = { program: 'P4', variants: 50, stored: 0 };
    expect(JSON.parse(stdout)).toMatchObject({
      cues: [
        {
          cueId: 'transcript_1_00_00_12',
          program: 'P0',
          prompt: 'once upon a time, photorealistic',
          variants: 30,
          stored: 0,
        },
        { cueId: 'prompt_3_00_01_02_500', ...P4, prompt: 'crowdworker, photorealistic' },
        { cueId: 'prompt_4_00_01_30', ...P4, prompt: 'big tech ceo, photorealistic' },
        { cueId: 'prompt_5_00_01_40', ...P4, prompt: 'a beach' },
        { cueId: 'slider_8_00_02_00_val0', ...P2 },
        { cueId: 'slider_9_00_02_10_val62.5', ...P2 },
      ],
      totals: {
        cues: 6,
        variants: 280,
        stored: 0,
        toGenerate: 280,
        // P0: the final only. P4: final, timing and a preview per step (4, 4, 9). P2 at strength 0: no iteration;
        // at 0.625: SD3 skips int(10 - 6.25) = 3 of 10 steps.
        objects: 30 * 1 + 50 * (2 + 4) + 50 * (2 + 4) + 50 * (2 + 9) + 50 * (2 + 0) + 50 * (2 + 7),
      },
    });
  });

  it('writes nothing, not even the folder of the store', async () => {
    const cwd = await writeShow();
    const before = (await readdir(cwd, { recursive: true })).sort();
    expect((await pregen(['show', 'plan', 'show.yaml'], { cwd })).code).toBe(0);
    expect((await readdir(cwd, { recursive: true })).sort()).toEqual(before);
  });

  it('counts a variant as stored if its final image and, with previews, its timing are stored', async () => {
    const cwd = await writeShow();
    const store = openStore(`file:${join(cwd, 'pregen-output')}`);
    const put = (key: string) => store.put(key, Buffer.from('x'), { contentType: 'image/png' });
    await put('test/v1/cues/transcript_0_00_00_05/2/final.png');
    await put('test/v1/cues/prompt_1_00_00_10/1/final.png');
    await put('test/v1/cues/prompt_1_00_00_10/2/final.png');
    await put('test/v1/cues/prompt_1_00_00_10/2/timing.json');
    await put('test/v1/cues/prompt_1_00_00_10/9/timing.json');
    const { stdout } = await pregen(['show', 'plan', 'show.yaml', '--json'], { cwd });
    const { cues, totals } = JSON.parse(stdout);
    expect(cues.map(({ stored }: { stored: number }) => stored)).toEqual([1, 1]);
    expect(totals).toEqual({ cues: 2, variants: 5, stored: 2, toGenerate: 3, objects: 2 + 3 * (2 + 4) });
  });

  it('prints the plan as a table, with prompts in any script', async () => {
    const cwd = await writeShow({ cues: [{ ...cues[0], transcript: '雪の中の家 ❄️' }] });
    const { stdout } = await pregen(['show', 'plan', 'show.yaml'], { cwd });
    expect(stdout).toBe(
      [
        'cue                    program  variants  stored  prompt',
        'transcript_0_00_00_05  P0              2       0  雪の中の家 ❄️',
        '',
        '1 cue, 2 variants: 0 stored, 2 to generate; 2 objects when complete.',
        'To generate: 2 objects, about 12.3 kB, for a time that is not known yet (nothing was measured: give --seconds-per-step).',
        '',
        'program  model  to generate  objects  size     s/step  time  time is',
        'P0       tiny             2        2  12.3 kB  ?       ?     unknown',
        '',
      ].join('\n'),
    );
  });

  it('estimates time and bytes from measured variants, per program and per model', async () => {
    const cwd = await writeShow();
    const store = openStore(`file:${join(cwd, 'pregen-output')}`);
    const put = (key: string, body: string) =>
      store.put(`test/v1/cues/prompt_1_00_00_10/1/${key}`, Buffer.from(body), { contentType: 'image/png' });
    const durations = { 1: 400, 2: 200, 3: 200, 4: 200, final: 100 };
    for (const step of [1, 2, 3, 4]) await put(`${step}.png`, 'x'.repeat(1000));
    await put('final.png', 'x'.repeat(50_000));
    await put('timing.json', JSON.stringify({ stepDurations: durations }));
    const plan = async (...options: string[]) =>
      JSON.parse(
        (await pregen(['show', 'plan', 'show.yaml', '--json', ...options], { cwd })).stdout,
      ) as FullPlan;
    const { estimate } = await plan();
    const [P0, P4] = estimate.programs;
    // Two variants of four steps of 250 ms and 100 ms of decoding.
    expect(P4).toMatchObject({
      variants: 2,
      objects: 12,
      seconds: 2,
      secondsPerStep: 0.25,
      basis: 'measured',
    });
    expect(P4?.bytes).toBeCloseTo(2 * (50_000 + 4 * 1000 + 70), -3);
    expect(P0).toMatchObject({ variants: 2, objects: 2, seconds: 2, basis: 'derived' });
    expect(estimate).toMatchObject({ variants: 4, objects: 14, seconds: 4 });
    expect(estimate.models).toMatchObject([{ model: 'tiny', variants: 4, seconds: 4 }]);
    const given = await plan('--seconds-per-step', '2.5');
    expect(given.estimate).toMatchObject({ seconds: 40 });
  });

  it('names stored cues and variants of the version that are not in the show', async () => {
    const cwd = await writeShow();
    const store = openStore(`file:${join(cwd, 'pregen-output')}`);
    for (const key of ['prompt_1_00_00_10/9', 'prompt_7_00_09_00/1', 'prompt_7_00_09_00/2'])
      await store.put(`test/v1/cues/${key}/final.png`, Buffer.from('x'), { contentType: 'image/png' });
    const { stdout } = await pregen(['show', 'plan', 'show.yaml', '--json'], { cwd });
    expect(JSON.parse(stdout).unplanned).toEqual([
      { cueId: 'prompt_1_00_00_10', variants: 1 },
      { cueId: 'prompt_7_00_09_00', variants: 2 },
    ]);
  });

  it('plans without the models, rounding image-to-image down, and says that it did not check them', async () => {
    const withSlider = { ...EXHIBITION_SHOW, models: { tiny: { path: 'elsewhere' } } };
    const cwd = await writeShow({
      show: withSlider,
      cues: [{ time: '00:02:10', action: 'move-slider', program: 'P2', value: 62.5 }],
      files: { 'painting.png': PNG },
    });
    const { code, stdout, stderr } = await pregen(['show', 'plan', 'show.yaml', '--json'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /model "tiny" is not on this machine \(.*elsewhere\), so its parts were not checked/,
    );
    expect(JSON.parse(stdout).totals.objects).toBe(50 * (2 + 6));
  });

  it('takes the version from PREGEN_VERSION_ID', async () => {
    const cwd = await writeShow();
    const store = openStore(`file:${join(cwd, 'pregen-output')}`);
    await store.put('test/v2/cues/transcript_0_00_00_05/1/final.png', Buffer.from('x'), {
      contentType: 'image/png',
    });
    const env = { PREGEN_VERSION_ID: 'v2' };
    const { stdout } = await pregen(['show', 'plan', 'show.yaml', '--json'], { cwd, env });
    expect(JSON.parse(stdout).totals.stored).toBe(1);
  });
});
