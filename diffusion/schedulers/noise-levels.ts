/**
 * The noise that a diffusion model was trained with: betas over the training timesteps, and their running
 * product of 1 - beta (`alphas_cumprod`), in float32 as torch computes them.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';

const f32 = Math.fround;
/** diffusers' cap on the cosine schedule's betas. */
const MAX_BETA = 0.999;
/** Stands in for a last product of 0, which would make sigma infinite; diffusers' number. */
export const SMALLEST_ALPHA = 2 ** -24;

/** Everybody has 1000; an array of so many is made for each model. */
export const MAX_TRAIN_TIMESTEPS = 100_000;

type BetaSchedule = 'linear' | 'scaled_linear' | 'squaredcos_cap_v2';

export interface NoiseConfig {
  readonly numTrainTimesteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: BetaSchedule;
  /** Shift the betas so that the last training timestep is pure noise. */
  readonly zeroTerminalSnr: boolean;
}

/** Defaults are those of diffusers' constructors; LCM's differ. */
export function readNoiseConfig(
  reader: ConfigReader,
  problems: Problems,
  fallback: { readonly start: number; readonly end: number; readonly schedule: BetaSchedule },
): NoiseConfig {
  if (reader.raw('trained_betas') !== undefined)
    problems.add('the scheduler brings "trained_betas", which are not supported');
  return {
    numTrainTimesteps: reader.count('num_train_timesteps', 1000, MAX_TRAIN_TIMESTEPS),
    betaStart: reader.positive('beta_start', fallback.start, 1),
    betaEnd: reader.positive('beta_end', fallback.end, 1),
    betaSchedule: reader.choice(
      'beta_schedule',
      ['linear', 'scaled_linear', 'squaredcos_cap_v2'],
      fallback.schedule,
    ),
    zeroTerminalSnr: reader.flag('rescale_betas_zero_snr'),
  };
}

/** Products of 1 - beta, one per training timestep: the share of the picture that is left in the variance. */
export function alphasCumprod(config: NoiseConfig): Float32Array {
  const products = cumulative(betasOf(config).map((beta) => 1 - beta));
  return config.zeroTerminalSnr ? rescaleToZeroSnr(products) : products;
}

function betasOf({ numTrainTimesteps: count, betaStart, betaEnd, betaSchedule }: NoiseConfig): Float32Array {
  switch (betaSchedule) {
    case 'linear':
      return linspace(betaStart, betaEnd, count);
    case 'scaled_linear':
      return linspace(betaStart ** 0.5, betaEnd ** 0.5, count).map((root) => root * root);
    case 'squaredcos_cap_v2':
      return Float32Array.from({ length: count }, (_, i) =>
        Math.min(1 - alphaBar((i + 1) / count) / alphaBar(i / count), MAX_BETA),
      );
  }
}

function alphaBar(t: number): number {
  return Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
}

/** `rescale_zero_terminal_snr`, by way of betas as diffusers has it. */
function rescaleToZeroSnr(products: Float32Array): Float32Array {
  const roots = products.map(Math.sqrt);
  const [first, last] = [roots[0] ?? 0, roots.at(-1) ?? 0];
  const scale = f32(first / f32(first - last));
  const bars = roots.map((root) => f32(f32(root - last) * scale) ** 2);
  const alphas = bars.map((bar, i) => (i === 0 ? bar : bar / (bars[i - 1] ?? 1)));
  return cumulative(alphas.map((alpha) => 1 - f32(1 - alpha)));
}

/** `torch.cumprod` of float32: the running product itself is kept in double precision. */
function cumulative(factors: Float32Array): Float32Array {
  let product = 1;
  return factors.map((factor) => {
    product *= factor;
    return product;
  });
}

/** `torch.linspace` in float32, which works from both ends towards the middle. */
function linspace(start: number, stop: number, count: number): Float32Array {
  const [from, to] = [f32(start), f32(stop)];
  const step = f32(f32(to - from) / (count - 1));
  return Float32Array.from({ length: count }, (_, i) =>
    i < count / 2 ? from + f32(step * i) : to - f32(step * (count - i - 1)),
  );
}
