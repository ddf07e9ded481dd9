/**
 * FlowMatchEulerDiscreteScheduler of diffusers 0.39, in float32 where torch computes in float32. With
 * `shift` ≠ 1 diffusers shifts the end points in its constructor and the whole ramp again in
 * `set_timesteps` (shift 3: the last sigma is 0.00893, not 0.00299). Models are tuned to that: kept.
 */

const f32 = Math.fround;

/** The part of `scheduler_config.json` that matters; missing entries take diffusers' defaults. */
export interface FlowMatchConfig {
  readonly numTrainTimesteps: number;
  readonly shift: number;
  /** Resolution-dependent shifting: `shift` is then ignored. */
  readonly dynamicShifting: DynamicShifting | undefined;
}

export interface DynamicShifting {
  readonly baseShift: number;
  readonly maxShift: number;
  readonly baseImageSeqLen: number;
  readonly maxImageSeqLen: number;
  readonly type: 'exponential' | 'linear';
}

/** `sigmas` has one entry more than `timesteps`: the terminal 0. */
export interface Schedule {
  readonly sigmas: Float32Array;
  readonly timesteps: Float32Array;
}

/**
 * `set_timesteps(steps, mu)`.
 * @param imageSeqLen transformer tokens of the image (latent pixels / patch²), for dynamic shifting only.
 */
export function flowMatchSchedule(config: FlowMatchConfig, steps: number, imageSeqLen: number): Schedule {
  const train = config.numTrainTimesteps;
  const shift = config.dynamicShifting
    ? timeShift(config.dynamicShifting, imageSeqLen)
    : staticShift(config.shift);
  const sigmaMax = initialSigma(config, train);
  const sigmaMin = initialSigma(config, 1);
  const ramp = linspace(sigmaMax * train, sigmaMin * train, steps).map((t) => shift(t / train));
  const sigmas = Float32Array.from([...ramp, 0]);
  return { sigmas, timesteps: sigmas.subarray(0, steps).map((sigma) => sigma * train) };
}

/** Euler step x + (sigma_next - sigma) · v in float32; a new array. */
export function eulerStep(
  { sigmas }: Schedule,
  index: number,
  latents: Float32Array,
  velocity: Float32Array,
): Float32Array {
  const dt = f32((sigmas[index + 1] ?? 0) - (sigmas[index] ?? 0));
  return latents.map((x, i) => x + f32(dt * (velocity[i] ?? 0)));
}

/** `scale_noise`: sigma · noise + (1 - sigma) · sample in float32; a new array. */
export function scaleNoise(
  { sigmas }: Schedule,
  index: number,
  sample: Float32Array,
  noise: Float32Array,
): Float32Array {
  const sigma = sigmas[index] ?? 0;
  const rest = f32(1 - sigma);
  return sample.map((x, i) => f32(sigma * (noise[i] ?? 0)) + f32(rest * x));
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

/** `calculate_shift` and `time_shift(mu, 1.0, t)`. */
function timeShift(config: DynamicShifting, imageSeqLen: number): (t: number) => number {
  const slope = (config.maxShift - config.baseShift) / (config.maxImageSeqLen - config.baseImageSeqLen);
  const mu = imageSeqLen * slope + (config.baseShift - slope * config.baseImageSeqLen);
  const numerator = config.type === 'exponential' ? Math.exp(mu) : mu;
  return (t) => numerator / (numerator + (1 / t - 1));
}

/** `numpy.linspace` in doubles, both ends included. */
function linspace(start: number, stop: number, count: number): number[] {
  if (count === 1) return [start];
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : i * step + start));
}
