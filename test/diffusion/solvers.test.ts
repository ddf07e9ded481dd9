/**
 * Schedulers step by step against diffusers, without a model: timesteps, latents after every step and the pictures expected
 * there, for made-up outputs of a network. And a step depends on latents and history only: resuming from any step gives the
 * same bits.
 */
import { rm } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Problems } from '../../diffusion/model-directory/problems.js';
import { readSchedulerFacts } from '../../diffusion/model-directory/scheduler-facts.js';
import { createGenerator } from '../../diffusion/random/random.js';
import { readScheduler } from '../../diffusion/schedulers/read-scheduler.js';
import type { Schedule, Scheduler, StepResult } from '../../diffusion/schedulers/schedule.js';
import { evaluationsOf } from '../../domain/iterations.js';
import { deviation, openGoldens, type RecordedArray, type RecordedSchedule } from './goldens.js';
import { withScheduler } from './model-folder.js';

/** Sum of float32 rounding errors over all steps; the promise for whole images is 1e-4. */
const TOLERANCE = 2e-5;
/** Rounding errors in timesteps and pictures of single evaluations. */
const LAST_BITS = 1e-5;
/** Plans and schedules are compared up to so many steps. */
const MANY_STEPS = 50;

interface Trajectory {
  readonly config: Record<string, unknown>;
  readonly steps: number;
  /** Index of the first evaluation; other than 0 for image-to-image. */
  readonly start: number;
  readonly seed: number;
  /** The first latents, or the picture. */
  readonly first: RecordedArray;
  readonly outputs: RecordedArray;
  readonly latents: RecordedArray;
  readonly denoised?: RecordedArray;
}

const { recorded, floats } = openGoldens<{ schedules: RecordedSchedule[]; trajectories: Trajectory[] }>(
  'solvers',
);
const settings = new Map(recorded.schedules.map(({ config }) => [JSON.stringify(config), config]));

async function schedulerOf(config: Record<string, unknown>): Promise<Scheduler> {
  const folder = await withScheduler('sdxl', config);
  const problems = new Problems();
  const family = String(config._class_name).startsWith('FlowMatch') ? 'sd3' : 'sdxl';
  const scheduler = await readScheduler(folder, family, undefined, problems);
  await rm(folder, { recursive: true });
  if (scheduler === undefined || problems.found.length > 0) throw new Error(problems.found.join());
  return scheduler;
}

describe.each([...settings])('%s', (key, config) => {
  let scheduler: Scheduler;

  beforeAll(async () => {
    scheduler = await schedulerOf(config);
  });

  it('has the timesteps and the noise scale of diffusers', () => {
    for (const golden of recorded.schedules.filter((one) => JSON.stringify(one.config) === key)) {
      const title = `${golden.steps} steps`;
      const schedule = scheduler.schedule(golden.steps, 0);
      expect(schedule.timesteps, title).toHaveLength(golden.count);
      const all = Array.from(schedule.timesteps);
      const some = all.length > golden.timesteps.length ? [...all.slice(0, 3), ...all.slice(-3)] : all;
      expect(deviation(some, golden.timesteps), title).toBeLessThan(LAST_BITS);
      expect(Math.abs(schedule.initialNoise / golden.noise - 1), title).toBeLessThan(LAST_BITS);
    }
  });

  it('evaluates as often as a plan counts without the model', () => {
    const facts = readSchedulerFacts(config, undefined);
    for (let steps = 1; steps <= Math.min(scheduler.maxSteps, MANY_STEPS); steps++)
      expect(evaluationsOf(facts, steps), `${steps} steps`).toBe(
        scheduler.schedule(steps, 0).timesteps.length,
      );
  });

  const trajectories = recorded.trajectories
    .filter((one) => JSON.stringify(one.config) === key)
    .map((golden) => [golden.start, golden.steps, golden] as const);

  it.each(trajectories)(
    'from evaluation %i of %i steps on, has the latents of diffusers',
    (_, __, golden) => {
      const { schedule, outputs, first } = walkOf(scheduler, golden);
      const [wanted, pictures] = [floats(golden.latents), golden.denoised && floats(golden.denoised)];
      const results = walk(schedule, golden, outputs, first);
      expect(golden.start + results.length).toBe(schedule.timesteps.length);
      results.forEach(({ latents }, i) => {
        expect(deviation(latents, part(wanted, i, first.length)), `step ${i + 1}`).toBeLessThan(TOLERANCE);
        const before = i === 0 ? first : part(wanted, i - 1, first.length);
        const evaluation = { index: golden.start + i, latents: before, output: outputs[i] ?? before };
        const picture = pictures && part(pictures, i, first.length);
        if (picture)
          expect(deviation(schedule.denoised(evaluation), picture), `picture ${i + 1}`).toBeLessThan(
            LAST_BITS,
          );
      });
    },
  );

  it.each(trajectories)(
    'from evaluation %i of %i steps on, goes on from any step to the same bits',
    (_, __, golden) => {
      const { schedule, outputs, first } = walkOf(scheduler, golden);
      const whole = walk(schedule, golden, outputs, first);
      whole.forEach((from, i) => {
        if (i < whole.length - 1) expect(from.history).toHaveLength(schedule.historyLength(i + 1));
        const rest = walk(schedule, golden, outputs, first, { done: i + 1, from: copyOf(from) });
        expect(rest.map(({ latents }) => latents)).toEqual(whole.slice(i + 1).map(({ latents }) => latents));
      });
    },
  );
});

/** A schedule, the network's outputs for it, and the first latents. */
function walkOf(scheduler: Scheduler, golden: Trajectory) {
  const schedule = scheduler.schedule(golden.steps, 0);
  const [first, all] = [floats(golden.first), floats(golden.outputs)];
  const outputs = Array.from({ length: all.length / first.length }, (_, i) => part(all, i, first.length));
  if (golden.start === 0) return { schedule, outputs, first };
  const generator = createGenerator('cpu', golden.seed);
  generator.randn(first.length); // the picture
  return { schedule, outputs, first: schedule.addNoise(golden.start, first, generator.randn(first.length)) };
}

/** Results of all steps, or of those after a checkpoint, with the noise of diffusers' generator. */
function walk(
  schedule: Schedule,
  { seed, start }: Trajectory,
  outputs: readonly Float32Array[],
  first: Float32Array,
  { done, from }: { done: number; from: StepResult } = { done: 0, from: { latents: first, history: [] } },
): StepResult[] {
  const generator = createGenerator('cpu', seed);
  const noise = () => generator.randn(first.length);
  for (let draw = 0; draw < (start === 0 ? 1 : 2); draw++) noise();
  const results: StepResult[] = [];
  let state = from;
  for (let i = 0; i < done; i++) if (schedule.drawsNoise(start + i)) noise();
  for (const [i, output] of outputs.entries()) {
    if (i < done) continue;
    const { latents, history } = state;
    state = schedule.step({ index: start + i, done: i, latents, output, history, noise });
    results.push(state);
  }
  return results;
}

function copyOf({ latents, history }: StepResult): StepResult {
  return { latents: latents.slice(), history: history.map((array) => array.slice()) };
}

function part(all: Float32Array, index: number, size: number): Float32Array {
  return all.slice(index * size, (index + 1) * size);
}
