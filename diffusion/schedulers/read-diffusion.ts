/**
 * The settings of the schedulers of Stable Diffusion and SDXL. Each default is that of the diffusers class.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';
import { ddimSchedule } from './ddim.js';
import { dpmSchedule } from './dpm-multistep.js';
import { eulerSchedule } from './euler.js';
import { lcmSchedule } from './lcm.js';
import { alphasCumprod, type NoiseConfig, readNoiseConfig, SMALLEST_ALPHA } from './noise-levels.js';
import { pndmSchedule } from './pndm.js';
import { PREDICTION_TYPES } from './prediction.js';
import { refuseFlags } from './refuse-flags.js';
import type { Schedule, Scheduler } from './schedule.js';
import type { Spacing, SpacingConfig } from './timesteps.js';

type Read = Omit<Scheduler, 'className'>;

const LINEAR = { start: 0.0001, end: 0.02, schedule: 'linear' } as const;
const OTHER_SIGMAS = ['use_exponential_sigmas', 'use_beta_sigmas', 'use_lu_lambdas', 'use_flow_sigmas'];
const FINALS = ['zero', 'sigma_min'] as const;

export function readDdim(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding'], problems);
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const alphas = alphasCumprod(noise);
  const config = {
    ...spacing(reader, noise, 'leading', problems),
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    alphasCumprod: alphas,
    finalAlpha: reader.flag('set_alpha_to_one', true) ? 1 : (alphas[0] ?? 1),
    clipRange: clipRange(reader, true),
  };
  return upTo(noise, (steps) => ddimSchedule(config, steps));
}

export function readPndm(reader: ConfigReader, problems: Problems): Read {
  const noise = { ...readNoiseConfig(reader, problems, LINEAR), zeroTerminalSnr: false };
  const alphas = alphasCumprod(noise);
  const config = {
    ...spacing(reader, noise, 'leading', problems),
    prediction: reader.choice('prediction_type', ['epsilon', 'v_prediction'], 'epsilon'),
    alphasCumprod: alphas,
    finalAlpha: reader.flag('set_alpha_to_one') ? 1 : (alphas[0] ?? 1),
    skipRungeKutta: reader.flag('skip_prk_steps'),
  };
  return upTo(noise, (steps) => pndmSchedule(config, steps));
}

export function readEuler(reader: ConfigReader, problems: Problems, ancestral: boolean): Read {
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const prediction = reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon');
  if (!ancestral) {
    refuseFlags(reader, OTHER_SIGMAS, problems);
    reader.choice('interpolation_type', ['linear'], 'linear');
  }
  const config = {
    ...spacing(reader, noise, 'linspace', problems),
    prediction,
    alphasCumprod: withoutZero(noise),
    ancestral,
    karras: !ancestral && reader.flag('use_karras_sigmas') ? karrasRange(reader) : undefined,
    continuous: !ancestral && reader.text('timestep_type') === 'continuous' && prediction === 'v_prediction',
    final: ancestral ? ('zero' as const) : reader.choice('final_sigmas_type', FINALS, 'zero'),
  };
  return upTo(noise, (steps) => eulerSchedule(config, steps));
}

export function readDpm(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, [...OTHER_SIGMAS, 'thresholding', 'variance_type'], problems);
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const algorithm = reader.choice('algorithm_type', ['dpmsolver++', 'sde-dpmsolver++'], 'dpmsolver++');
  const order = solverOrder(reader, algorithm === 'sde-dpmsolver++' ? 2 : 3, problems);
  const config = {
    ...spacing(reader, noise, 'linspace', problems),
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    alphasCumprod: withoutZero(noise),
    order,
    solver: reader.choice('solver_type', ['midpoint', 'heun'], 'midpoint'),
    stochastic: algorithm === 'sde-dpmsolver++',
    lowerOrderFinal: reader.flag('lower_order_final', true),
    eulerAtFinal: reader.flag('euler_at_final'),
    karras: reader.flag('use_karras_sigmas'),
    roundTimesteps: noise.betaSchedule !== 'squaredcos_cap_v2',
    final: reader.choice('final_sigmas_type', FINALS, 'zero'),
    lambdaMin:
      reader.raw('lambda_min_clipped') === undefined ? -Infinity : reader.finite('lambda_min_clipped'),
  };
  return upTo(noise, (steps) => dpmSchedule(config, steps));
}

export function readLcm(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding'], problems);
  const noise = readNoiseConfig(reader, problems, { start: 0.00085, end: 0.012, schedule: 'scaled_linear' });
  const config = {
    numTrainTimesteps: noise.numTrainTimesteps,
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    alphasCumprod: alphasCumprod(noise),
    originalSteps: reader.count('original_inference_steps', 50, noise.numTrainTimesteps),
    timestepScaling: reader.positive('timestep_scaling', 10),
    clipRange: clipRange(reader, false),
  };
  return { maxSteps: config.originalSteps, schedule: (steps) => lcmSchedule(config, steps) };
}

function upTo({ numTrainTimesteps }: NoiseConfig, schedule: (steps: number) => Schedule): Read {
  return { maxSteps: numTrainTimesteps, schedule };
}

function stepsOffset(reader: ConfigReader, { numTrainTimesteps }: NoiseConfig, problems: Problems): number {
  const offset = reader.finite('steps_offset', 0);
  if (!Number.isInteger(offset) || offset < 0 || offset >= numTrainTimesteps)
    problems.add(
      `${reader.file}: "steps_offset" is ${offset}, expected an integer from 0, within the training`,
    );
  return offset;
}

function spacing(
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

/** A last product of 0 has no finite sigma. */
function withoutZero(noise: NoiseConfig): Float32Array {
  const alphas = alphasCumprod(noise);
  if (noise.zeroTerminalSnr) alphas[alphas.length - 1] = SMALLEST_ALPHA;
  return alphas;
}

function karrasRange(reader: ConfigReader): { lowest: number | undefined; highest: number | undefined } {
  const given = (key: string) => (reader.raw(key) === undefined ? undefined : reader.positive(key));
  return { lowest: given('sigma_min'), highest: given('sigma_max') };
}

function clipRange(reader: ConfigReader, fallback: boolean): number | undefined {
  return reader.flag('clip_sample', fallback) ? reader.positive('clip_sample_range', 1) : undefined;
}

function solverOrder(reader: ConfigReader, highest: number, problems: Problems): 1 | 2 | 3 {
  const order = reader.count('solver_order', 2);
  if (order === 1 || order === 2 || (order === 3 && highest === 3)) return order;
  problems.add(
    `${reader.file}: "solver_order" is ${order}, supported are 1 to ${highest} with this algorithm_type`,
  );
  return 2;
}
