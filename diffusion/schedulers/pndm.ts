/**
 * PNDMScheduler of diffusers (arXiv 2202.09778): a linear multistep method over the last four outputs. The second
 * evaluation looks at the second timestep again, so there is one evaluation more than steps asked for; without
 * `skip_prk_steps`, the first three steps take four Runge-Kutta evaluations each.
 *
 * diffusers' class gives no predicted picture; ours is that of the evaluation itself, as DDIM has it (arXiv 2010.02502,
 * equation 9): the latents that the network saw, at the timestep it was told, rid of the noise that it saw in them.
 *
 * History: the sample of the step under way, if any, and the sum of its Runge-Kutta outputs, then up to three
 * outputs, the oldest first.
 */
import { levelOf, predictedSample, variancePreserving } from './prediction.js';
import { combine, type Schedule, type StepInput, type StepResult } from './schedule.js';
import { type SpacingConfig, wholeTimesteps } from './timesteps.js';

const f32 = Math.fround;
/** Outputs that the multistep formula combines. */
const ORDER = 4;

export interface PndmConfig extends SpacingConfig {
  readonly prediction: 'epsilon' | 'v_prediction';
  readonly alphasCumprod: Float32Array;
  /** The level behind the last step. */
  readonly finalAlpha: number;
  readonly skipRungeKutta: boolean;
}

export function pndmSchedule(config: PndmConfig, steps: number): Schedule {
  const stride = Math.floor(config.numTrainTimesteps / steps);
  const lowestFirst = Array.from(wholeTimesteps(config, steps)).reverse();
  const rungeKutta = config.skipRungeKutta ? [] : rungeKuttaTimesteps(lowestFirst, Math.floor(stride / 2));
  const timesteps = Float32Array.from([
    ...rungeKutta,
    ...multistepTimesteps(lowestFirst, config.skipRungeKutta),
  ]);
  const level = (index: number) => levelOf(config.alphasCumprod[timesteps[index] ?? 0] ?? 0);
  return {
    timesteps,
    ...variancePreserving(level),
    drawsNoise: () => false,
    historyLength: (done) => historyLength(done, rungeKutta.length),
    denoised: ({ index, latents, output }) =>
      predictedSample(config.prediction, level(index), latents, output),
    step: (input) => {
      const timestep = timesteps[input.index] ?? 0;
      if (input.done < rungeKutta.length) return rungeKuttaStep(config, rungeKutta, timestep, stride, input);
      return multistep(config, timestep, stride, input);
    },
  };
}

function historyLength(done: number, rungeKutta: number): number {
  if (done === 0) return 0;
  const outputs = (count: number) => Math.min(count, ORDER - 1);
  if (rungeKutta === 0) return done === 1 ? 2 : outputs(done - 1);
  const whole = outputs(Math.ceil(Math.min(done, rungeKutta) / 4));
  return done < rungeKutta && done % 4 !== 0 ? 2 + whole : whole;
}

/** `plms_timesteps`. */
function multistepTimesteps(lowestFirst: readonly number[], whole: boolean): number[] {
  if (!whole) return lowestFirst.slice(0, -3).reverse();
  return [...lowestFirst.slice(0, -1), ...lowestFirst.slice(-2, -1), ...lowestFirst.slice(-1)].reverse();
}

/** `prk_timesteps`: the four highest timesteps and the points half a stride above them, each inner one twice. */
function rungeKuttaTimesteps(lowestFirst: readonly number[], half: number): number[] {
  const points = lowestFirst.slice(-ORDER).flatMap((timestep) => [timestep, timestep + half]);
  const twice = points.slice(0, -1).flatMap((point) => [point, point]);
  return twice.slice(1, -1).reverse();
}

/** One of the four evaluations of a Runge-Kutta step. */
function rungeKuttaStep(
  config: PndmConfig,
  timesteps: readonly number[],
  timestep: number,
  stride: number,
  { done, latents, output, history }: StepInput,
): StepResult {
  const stage = done % 4;
  const from = timesteps[done - stage] ?? 0;
  const to = timestep - (done % 2 === 1 ? 0 : Math.floor(stride / 2));
  const [sample, sum] = stage === 0 ? [latents, undefined] : [history[0] ?? latents, history[1]];
  const weighted = accumulate(sum, stage === 0 || stage === 3 ? 1 / 6 : 1 / 3, output);
  const kept = stage === 0 ? [...history, output] : history.slice(2);
  const next = previousSample(config, sample, from, to, stage === 3 ? weighted : output);
  return { latents: next, history: stage === 3 ? kept.slice(1 - ORDER) : [sample, weighted, ...kept] };
}

function accumulate(sum: Float32Array | undefined, weight: number, output: Float32Array): Float32Array {
  return sum === undefined ? combine(weight, output, 0, output) : combine(1, sum, weight, output);
}

/** `step_plms`. The first step is taken twice: by the output at its start, then by the mean of those at both ends. */
function multistep(
  config: PndmConfig,
  timestep: number,
  stride: number,
  { done, latents, output, history }: StepInput,
): StepResult {
  const second = done === 1 && history.length === 2;
  if (second) {
    const [sample = latents, first = output] = history;
    const mean = combine(0.5, output, 0.5, first);
    return { latents: previousSample(config, sample, timestep + stride, timestep, mean), history: [first] };
  }
  const outputs = [...history, output];
  const next = previousSample(config, latents, timestep, timestep - stride, extrapolate(outputs));
  return { latents: next, history: done === 0 ? [latents, output] : outputs.slice(1 - ORDER) };
}

/** The Adams-Bashforth combination of the last one to four outputs, the newest last. */
function extrapolate(outputs: readonly Float32Array[]): Float32Array {
  const [a, b, c, d] = [...outputs].reverse();
  if (a === undefined) throw new RangeError('PNDM was asked for a step without any output');
  if (b === undefined) return a;
  if (c === undefined) return combine(1.5, a, -0.5, b);
  if (d === undefined) return extrapolateThree(a, b, c);
  return extrapolateFour(a, b, c, d);
}

function extrapolateThree(a: Float32Array, b: Float32Array, c: Float32Array): Float32Array {
  const next = new Float32Array(a.length);
  for (let i = 0; i < next.length; i++) {
    const two = f32(f32(23 * (a[i] ?? 0)) - f32(16 * (b[i] ?? 0)));
    next[i] = f32(two + f32(5 * (c[i] ?? 0))) / 12;
  }
  return next;
}

function extrapolateFour(a: Float32Array, b: Float32Array, c: Float32Array, d: Float32Array): Float32Array {
  const share = f32(1 / 24);
  const next = new Float32Array(a.length);
  for (let i = 0; i < next.length; i++) {
    const two = f32(f32(55 * (a[i] ?? 0)) - f32(59 * (b[i] ?? 0)));
    const three = f32(two + f32(37 * (c[i] ?? 0)));
    next[i] = share * f32(three - f32(9 * (d[i] ?? 0)));
  }
  return next;
}

/** `_get_prev_sample`: equation 9 of the paper. */
function previousSample(
  { alphasCumprod, finalAlpha, prediction }: PndmConfig,
  sample: Float32Array,
  timestep: number,
  previous: number,
  output: Float32Array,
): Float32Array {
  const here = alphasCumprod[timestep] ?? 0;
  const there = previous >= 0 ? (alphasCumprod[previous] ?? 0) : finalAlpha;
  const level = levelOf(here);
  const noise = prediction === 'epsilon' ? output : combine(level.signal, output, level.noise, sample);
  const [rest, restThere] = [f32(1 - here), f32(1 - there)];
  const denominator = f32(here * f32(Math.sqrt(restThere))) + f32(Math.sqrt(f32(f32(here * rest) * there)));
  const [scale, change] = [f32(Math.sqrt(f32(there / here))), f32(there - here)];
  const divisor = f32(denominator);
  const next = new Float32Array(sample.length);
  for (let i = 0; i < next.length; i++)
    next[i] = f32(scale * (sample[i] ?? 0)) - f32(f32(change * (noise[i] ?? 0)) / divisor);
  return next;
}
