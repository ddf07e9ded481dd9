/**
 * Timesteps, sigmas and the first noise's scale of every scheduler, for many settings and numbers of steps, against diffusers; and
 * refused classes and settings. Timesteps that are whole numbers are compared exactly.
 */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadModel, RequestError } from '../../diffusion/index.js';
import { Problems } from '../../diffusion/model-directory/problems.js';
import { readSchedulerFacts } from '../../diffusion/model-directory/scheduler-facts.js';
import { readScheduler } from '../../diffusion/schedulers/read-scheduler.js';
import { evaluationsOf } from '../../domain/iterations.js';
import { deviation, GOLDENS, type RecordedSchedule } from './goldens.js';
import { withScheduler } from './model-folder.js';

/** Rounding errors of float32 logarithms and roots. */
const TOLERANCE = 1e-5;
/** For more steps only the first and last values are recorded. */
const ENDS = 999;

const recorded: RecordedSchedule[] = JSON.parse(readFileSync(join(GOLDENS, 'schedulers.json'), 'utf8'));
const byConfig = new Map(recorded.map((golden) => [JSON.stringify(golden.config), golden.config]));

async function scheduler(config: Record<string, unknown>, family: 'sdxl' | 'sd3' = 'sdxl') {
  const folder = await withScheduler('sdxl', config);
  const problems = new Problems();
  const found = await readScheduler(folder, family, undefined, problems);
  await rm(folder, { recursive: true });
  return { found, problems: problems.found };
}

it.each([...byConfig])('has the timesteps and the noise of diffusers: %s', async (key, config) => {
  const { found, problems } = await scheduler(config);
  expect(problems).toEqual([]);
  for (const golden of recorded.filter((one) => JSON.stringify(one.config) === key)) {
    const schedule = found?.schedule(golden.steps, 0);
    const all = Array.from(schedule?.timesteps ?? []);
    const timesteps = golden.steps === ENDS ? [...all.slice(0, 3), ...all.slice(-3)] : all;
    const title = `${golden.steps} steps`;
    expect(all, title).toHaveLength(golden.count);
    if (golden.timesteps.every(Number.isInteger)) expect(timesteps, title).toEqual(golden.timesteps);
    else expect(deviation(timesteps, golden.timesteps), title).toBeLessThan(TOLERANCE);
    expect(Math.abs((schedule?.initialNoise ?? 0) / golden.noise - 1), title).toBeLessThan(TOLERANCE);
  }
});

it('evaluates as often as a plan counts without the model, for every setting and number of steps', async () => {
  for (const [key, config] of byConfig) {
    const { found } = await scheduler(config);
    const facts = readSchedulerFacts(config, undefined);
    for (let steps = 1; steps <= Math.min(found?.maxSteps ?? 0, 200); steps++)
      expect(evaluationsOf(facts, steps), `${key}, ${steps} steps`).toBe(
        found?.schedule(steps, 0).timesteps.length,
      );
  }
});

it('scales and noises latents by the sigmas of diffusers', async () => {
  for (const golden of recorded.filter(({ config }) => String(config._class_name).startsWith('Euler'))) {
    const { found } = await scheduler(golden.config);
    const schedule = found?.schedule(golden.steps, 0);
    const one = Float32Array.of(1);
    const sigmas = golden.sigmas
      ?.slice(0, -1)
      .map((_, i) => schedule?.addNoise(i, Float32Array.of(0), one)[0]);
    expect(deviation((sigmas ?? []).map(Number), golden.sigmas?.slice(0, -1) ?? [])).toBeLessThan(TOLERANCE);
  }
});

it.each([
  [
    'another class',
    { _class_name: 'DEISMultistepScheduler' },
    'the scheduler DEISMultistepScheduler is not one for',
  ],
  ['betas of its own', { _class_name: 'DDIMScheduler', trained_betas: [0.1] }, '"trained_betas"'],
  [
    'a flag',
    { _class_name: 'DDIMScheduler', thresholding: true },
    '"thresholding" is true, which is not supported',
  ],
  [
    'a word',
    { _class_name: 'DDIMScheduler', timestep_spacing: 'odd' },
    '"timestep_spacing" is "odd", supported are',
  ],
  ['an order', { _class_name: 'DPMSolverMultistepScheduler', solver_order: 4 }, '"solver_order" is 4'],
  [
    'an absurd number',
    { _class_name: 'LCMScheduler', original_inference_steps: -5 },
    'expected an integer from 1 to 1000',
  ],
  [
    'two curves at once',
    { _class_name: 'LMSDiscreteScheduler', use_karras_sigmas: true, use_beta_sigmas: true },
    'only one of use_karras_sigmas, use_beta_sigmas can be on',
  ],
  [
    'a curve of another class',
    { _class_name: 'HeunDiscreteScheduler', use_lu_lambdas: true },
    '"use_lu_lambdas" is true, which is not supported',
  ],
  [
    'flow sigmas',
    { _class_name: 'UniPCMultistepScheduler', use_flow_sigmas: true },
    '"use_flow_sigmas" is true, which is not supported',
  ],
  [
    'steps that are none',
    { _class_name: 'UniPCMultistepScheduler', disable_corrector: [0, 'first'] },
    '"disable_corrector" is [0,"first"], expected a list of step numbers',
  ],
  [
    'a last step that divides by zero',
    {
      _class_name: 'UniPCMultistepScheduler',
      solver_type: 'bh1',
      predict_x0: false,
      lower_order_final: false,
    },
    [
      '"solver_type" "bh1" takes "final_sigmas_type" "sigma_min"',
      '"predict_x0" false takes "final_sigmas_type" "sigma_min"',
      '"lower_order_final" false takes "final_sigmas_type" "sigma_min"',
    ]
      .map((problem) => `scheduler/scheduler_config.json: ${problem}`)
      .join(),
  ],
  [
    'a solver of another class',
    { _class_name: 'DPMSolverSinglestepScheduler', solver_type: 'bh3' },
    '"solver_type" is "bh3", supported are midpoint, heun',
  ],
  [
    'learned variances',
    { _class_name: 'DDPMScheduler', variance_type: 'learned' },
    '"variance_type" is "learned", supported are',
  ],
  [
    'an order that a stochastic class lacks',
    { _class_name: 'EDMDPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++', solver_order: 3 },
    '"solver_order" is 3, supported are 1 to 2',
  ],
  [
    'sigmas the wrong way round',
    { _class_name: 'EDMEulerScheduler', sigma_min: 90 },
    '"sigma_min" is 90, expected up to "sigma_max", 80',
  ],
  [
    'noise that no seed gives',
    { _class_name: 'DPMSolverSDEScheduler' },
    'DPMSolverSDEScheduler is not one for Stable Diffusion XL: its noise is drawn apart from the seed',
  ],
  ['a prototype', { _class_name: 'constructor' }, 'the scheduler constructor is not one for'],
])('refuses what it does not know: %s', async (_, config, message) => {
  const { problems } = await scheduler(config);
  expect(problems.join()).toContain(message);
});

it("reads Python's Infinity, which is in DPM-Solver's configuration", async () => {
  const folder = await withScheduler('sd', {});
  const { writeFile } = await import('node:fs/promises');
  const text =
    '{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "solver_order": 2}';
  await writeFile(join(folder, 'scheduler', 'scheduler_config.json'), text);
  const model = await loadModel(folder, { threads: 1 });
  expect(model.info.scheduler).toBe('DPMSolverMultistepScheduler');
  await model.dispose();
  await rm(folder, { recursive: true });
});

it('refuses more steps than a distilled model has, and a checkpoint without its history', async () => {
  const folder = await withScheduler('sd', { _class_name: 'LCMScheduler' });
  const request = { prompt: 'a boat', seed: 1, steps: 51, guidance: 1, width: 16, height: 16 };
  const lcm = await loadModel(folder, { threads: 1 });
  expect(() => lcm.check(request)).toThrow('steps is 51, expected an integer from 1 to 50');
  await lcm.dispose();
  await rm(folder, { recursive: true });

  const pndm = await loadModel(join(GOLDENS, 'sd'), { threads: 1 });
  const latents = { data: new Float32Array(16), channels: 4, height: 2, width: 2 };
  const resumed = pndm.generate({ ...request, steps: 5 }, { from: { step: 2, latents } });
  await expect(resumed.next()).rejects.toThrow(RequestError);
  await expect(
    pndm.generate({ ...request, steps: 5 }, { from: { step: 2, latents } }).next(),
  ).rejects.toThrow('has 0 arrays of history, this scheduler needs 1 after step 2');
  await pndm.dispose();
});
