/**
 * Settings that several schedulers share.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';
import { alphasCumprod, type NoiseConfig, SMALLEST_ALPHA } from './noise-levels.js';
import { refuseFlags } from './refuse-flags.js';
import type { Schedule, Scheduler } from './schedule.js';
import type { CurveConfig, SigmaCurve } from './sigma-curves.js';
import type { Spacing, SpacingConfig } from './timesteps.js';

/** A scheduler, but for the class that it follows. */
export type Read = Omit<Scheduler, 'className'>;

/** The noise that most classes take for granted. */
export const LINEAR = { start: 0.0001, end: 0.02, schedule: 'linear' } as const;
export const FINALS = ['zero', 'sigma_min'] as const;

const CURVE_FLAGS: Readonly<Record<SigmaCurve, string>> = {
  karras: 'use_karras_sigmas',
  lu: 'use_lu_lambdas',
  exponential: 'use_exponential_sigmas',
  beta: 'use_beta_sigmas',
};
const FLOW_FLAG = 'use_flow_sigmas';

export function upTo({ numTrainTimesteps }: NoiseConfig, schedule: (steps: number) => Schedule): Read {
  return { maxSteps: numTrainTimesteps, schedule };
}

export function readSpacing(
  reader: ConfigReader,
  noise: NoiseConfig,
  fallback: Spacing,
  problems: Problems,
): SpacingConfig {
  return {
    spacing: reader.choice('timestep_spacing', ['linspace', 'leading', 'trailing'], fallback),
    offset: stepsOffset(reader, noise, problems),
    numTrainTimesteps: noise.numTrainTimesteps,
  };
}

function stepsOffset(reader: ConfigReader, { numTrainTimesteps }: NoiseConfig, problems: Problems): number {
  const offset = reader.finite('steps_offset', 0);
  if (!Number.isInteger(offset) || offset < 0 || offset >= numTrainTimesteps)
    problems.add(
      `${reader.file}: "steps_offset" is ${offset}, expected an integer from 0, within the training`,
    );
  return offset;
}

/**
 * The curve that sigmas are put on, if any; `sigma_min` and `sigma_max` are its ends, but for Lu's. Curves that the class does
 * not have are refused, and so are two at once.
 */
export function readCurve(
  reader: ConfigReader,
  kinds: readonly SigmaCurve[],
  problems: Problems,
): CurveConfig | undefined {
  const others = Object.entries(CURVE_FLAGS).filter(([kind]) => !kinds.some((known) => known === kind));
  refuseFlags(reader, [...others.map(([, flag]) => flag), FLOW_FLAG], problems);
  const chosen = kinds.filter((kind) => reader.flag(CURVE_FLAGS[kind]));
  const [kind] = chosen;
  if (chosen.length > 1)
    problems.add(`${reader.file}: only one of ${chosen.map((one) => CURVE_FLAGS[one]).join(', ')} can be on`);
  if (kind === undefined) return undefined;
  return kind === 'lu' ? withoutEnds(kind) : { kind, ...curveEnds(reader) };
}

/** Between the ends of what the curve replaces. */
export function withoutEnds(kind: SigmaCurve): CurveConfig {
  return { kind, lowest: undefined, highest: undefined };
}

function curveEnds(reader: ConfigReader): Omit<CurveConfig, 'kind'> {
  const given = (key: string) => (reader.raw(key) === undefined ? undefined : reader.positive(key));
  return { lowest: given('sigma_min'), highest: given('sigma_max') };
}

/** A last product of 0 has no finite sigma. */
export function withoutZero(noise: NoiseConfig): Float32Array {
  const alphas = alphasCumprod(noise);
  if (noise.zeroTerminalSnr) alphas[alphas.length - 1] = SMALLEST_ALPHA;
  return alphas;
}

export function clipRange(reader: ConfigReader, fallback: boolean): number | undefined {
  return reader.flag('clip_sample', fallback) ? reader.positive('clip_sample_range', 1) : undefined;
}
