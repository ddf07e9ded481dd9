/**
 * FlowMatchEulerDiscreteScheduler of diffusers 0.39, in float32 where torch computes in float32. With
 * `shift` ≠ 1 diffusers shifts the end points in its constructor and the whole ramp again in
 * `set_timesteps` (shift 3: the last sigma is 0.00893, not 0.00299). Models are tuned to that: kept.
 */
import { combine, type Schedule, type StepInput } from './schedule.js';
import { type CurveConfig, curveSigmas } from './sigma-curves.js';
import { linspace } from './timesteps.js';

const f32 = Math.fround;

/** The part of `scheduler_config.json` that matters; missing entries take diffusers' defaults. */
export interface FlowMatchConfig {
  readonly numTrainTimesteps: number;
  readonly shift: number;
  /** Resolution-dependent shifting: `shift` is then ignored. */
  readonly dynamicShifting: DynamicShifting | undefined;
  /** Sigmas on a curve between the ends of the shifted ramp, instead of the ramp. */
  readonly curve?: CurveConfig | undefined;
}

export interface DynamicShifting {
  readonly baseShift: number;
  readonly maxShift: number;
  readonly baseImageSeqLen: number;
  readonly maxImageSeqLen: number;
  readonly type: 'exponential' | 'linear';
}

/** `sigmas` has one entry more than `timesteps`: the terminal 0. */
export interface FlowMatchSchedule extends Schedule {
  readonly sigmas: Float32Array;
}

/** Where the ramp of sigmas comes from: the scheduler's own range (SD3), or 1 … 1/steps as FLUX gives it. */
export type Ramp = 'training' | 'unit';

/**
 * `set_timesteps(steps, mu)`, for FLUX with `sigmas`.
 * @param imageSeqLen transformer tokens of the image (latent pixels / patch²), for dynamic shifting only.
 */
export function flowMatchSchedule(
  config: FlowMatchConfig,
  steps: number,
  imageSeqLen: number,
  ramp: Ramp = 'training',
): FlowMatchSchedule {
  const shifted =
    ramp === 'training' ? trainingRamp(config, steps, imageSeqLen) : unitRamp(config, steps, imageSeqLen);
  const chosen = config.curve
    ? curveSigmas(config.curve, shifted[0] ?? 0, shifted.at(-1) ?? 0, steps)
    : shifted;
  const sigmas = Float32Array.from([...chosen, 0]);
  const at = (index: number) => sigmas[index] ?? 0;
  return {
    sigmas,
    timesteps: sigmas.subarray(0, steps).map((sigma) => sigma * config.numTrainTimesteps),
    initialNoise: 1,
    modelInput: (_, latents) => latents,
    addNoise: (index, sample, noise) => scaleNoise(at(index), sample, noise),
    drawsNoise: () => false,
    historyLength: () => 0,
    denoised: ({ index, latents, output }) => straightEnd(at(index), latents, output),
    step: (input) => ({ latents: eulerStep(sigmas, input), history: [] }),
  };
}

/** Sigmas from the scheduler's own range, shifted, without the terminal 0. */
export function trainingRamp(config: FlowMatchConfig, steps: number, imageSeqLen: number): number[] {
  const train = config.numTrainTimesteps;
  const shift = config.dynamicShifting
    ? timeShift(config.dynamicShifting, imageSeqLen)
    : staticShift(config.shift);
  const sigmaMax = initialSigma(config, train);
  const sigmaMin = initialSigma(config, 1);
  return linspace(sigmaMax * train, sigmaMin * train, steps).map((t) => shift(t / train));
}

/** NumPy computes this one in float32, since the sigmas come in as such. */
function unitRamp(config: FlowMatchConfig, steps: number, imageSeqLen: number): number[] {
  const sigmas = linspace(1, 1 / steps, steps).map(f32);
  const { dynamicShifting } = config;
  if (!dynamicShifting) {
    const shift = f32(config.shift);
    return sigmas.map((sigma) => f32(shift * sigma) / f32(1 + f32(f32(config.shift - 1) * sigma)));
  }
  const numerator = f32(shiftOf(dynamicShifting, imageSeqLen));
  return sigmas.map((sigma) => numerator / f32(numerator + f32(f32(1 / sigma) - 1)));
}

/** Euler step x + (sigma_next - sigma) · v in float32; a new array. */
function eulerStep(sigmas: Float32Array, { index, latents, output }: StepInput): Float32Array {
  const dt = f32((sigmas[index + 1] ?? 0) - (sigmas[index] ?? 0));
  const next = new Float32Array(latents.length);
  for (let i = 0; i < next.length; i++) next[i] = (latents[i] ?? 0) + f32(dt * (output[i] ?? 0));
  return next;
}

/**
 * x - sigma · v in float32: where the straight path ends on which the velocity v points (arXiv 2210.02747). diffusers
 * computes it as `x0` in its stochastic sampling only.
 */
export function straightEnd(sigma: number, latents: Float32Array, velocity: Float32Array): Float32Array {
  return combine(1, latents, -sigma, velocity);
}

/** `scale_noise`: sigma · noise + (1 - sigma) · sample in float32; a new array. */
export function scaleNoise(sigma: number, sample: Float32Array, noise: Float32Array): Float32Array {
  return combine(sigma, noise, 1 - sigma, sample);
}

/** Sigma of training timestep `t` as the constructor leaves it: float32, shifted unless shifting is dynamic. */
function initialSigma(config: FlowMatchConfig, t: number): number {
  const sigma = f32(t / config.numTrainTimesteps);
  if (config.dynamicShifting) return sigma;
  const denominator = f32(1 + f32(f32(config.shift - 1) * sigma));
  return f32(f32(f32(config.shift) * sigma) / denominator);
}

function staticShift(shift: number): (sigma: number) => number {
  return (sigma) => (shift * sigma) / (1 + (shift - 1) * sigma);
}

/** `time_shift(mu, 1.0, t)`. */
function timeShift(config: DynamicShifting, imageSeqLen: number): (t: number) => number {
  const numerator = shiftOf(config, imageSeqLen);
  return (t) => numerator / (numerator + (1 / t - 1));
}

/** `calculate_shift`, and what `time_shift` makes of it. */
function shiftOf(config: DynamicShifting, imageSeqLen: number): number {
  const slope = (config.maxShift - config.baseShift) / (config.maxImageSeqLen - config.baseImageSeqLen);
  const mu = imageSeqLen * slope + (config.baseShift - slope * config.baseImageSeqLen);
  return config.type === 'exponential' ? Math.exp(mu) : mu;
}
