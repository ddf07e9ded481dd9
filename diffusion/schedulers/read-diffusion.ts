/**
 * The settings of the schedulers of Stable Diffusion and SDXL that take one step an evaluation and remember nothing but
 * outputs. Each default is that of the diffusers class.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';
import { ddimSchedule } from './ddim.js';
import { ddpmSchedule } from './ddpm.js';
import { eulerSchedule } from './euler.js';
import { lcmSchedule } from './lcm.js';
import { alphasCumprod, readNoiseConfig } from './noise-levels.js';
import { pndmSchedule } from './pndm.js';
import { PREDICTION_TYPES } from './prediction.js';
import {
  clipRange,
  FINALS,
  LINEAR,
  type Read,
  readCurve,
  readSpacing,
  upTo,
  withoutZero,
} from './read-common.js';
import { refuseFlags } from './refuse-flags.js';
import { tcdSchedule } from './tcd.js';

/** The noise of distilled models. */
const DISTILLED = { start: 0.00085, end: 0.012, schedule: 'scaled_linear' } as const;
/** `fixed_large_log` has no root; learned ones need a network that gives them. */
const VARIANCES = ['fixed_small', 'fixed_small_log', 'fixed_large'] as const;

export function readDdim(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding'], problems);
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const alphas = alphasCumprod(noise);
  const config = {
    ...readSpacing(reader, noise, 'leading', problems),
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    alphasCumprod: alphas,
    finalAlpha: reader.flag('set_alpha_to_one', true) ? 1 : (alphas[0] ?? 1),
    clipRange: clipRange(reader, true),
  };
  return upTo(noise, (steps) => ddimSchedule(config, steps));
}

export function readDdpm(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding'], problems);
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const config = {
    ...readSpacing(reader, noise, 'leading', problems),
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    alphasCumprod: alphasCumprod(noise),
    variance: reader.choice('variance_type', VARIANCES, 'fixed_small'),
    clipRange: clipRange(reader, true),
  };
  return upTo(noise, (steps) => ddpmSchedule(config, steps));
}

export function readPndm(reader: ConfigReader, problems: Problems): Read {
  const noise = { ...readNoiseConfig(reader, problems, LINEAR), zeroTerminalSnr: false };
  const alphas = alphasCumprod(noise);
  const config = {
    ...readSpacing(reader, noise, 'leading', problems),
    prediction: reader.choice('prediction_type', ['epsilon', 'v_prediction'], 'epsilon'),
    alphasCumprod: alphas,
    finalAlpha: reader.flag('set_alpha_to_one') ? 1 : (alphas[0] ?? 1),
    skipRungeKutta: reader.flag('skip_prk_steps'),
  };
  return upTo(noise, (steps) => pndmSchedule(config, steps));
}

export function readEuler(reader: ConfigReader, problems: Problems): Read {
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const prediction = reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon');
  reader.choice('interpolation_type', ['linear'], 'linear');
  const config = {
    ...readSpacing(reader, noise, 'linspace', problems),
    prediction,
    alphasCumprod: withoutZero(noise),
    ancestral: false,
    curve: readCurve(reader, ['karras', 'exponential', 'beta'], problems),
    roundedCurves: [],
    continuous: reader.text('timestep_type') === 'continuous' && prediction === 'v_prediction',
    final: reader.choice('final_sigmas_type', FINALS, 'zero'),
  };
  return upTo(noise, (steps) => eulerSchedule(config, steps));
}

/** It has no curves and always ends without noise. */
export function readEulerAncestral(reader: ConfigReader, problems: Problems): Read {
  const noise = readNoiseConfig(reader, problems, LINEAR);
  const config = {
    ...readSpacing(reader, noise, 'linspace', problems),
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    alphasCumprod: withoutZero(noise),
    ancestral: true,
    curve: undefined,
    roundedCurves: [],
    continuous: false,
    final: 'zero' as const,
  };
  return upTo(noise, (steps) => eulerSchedule(config, steps));
}

export function readLcm(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding'], problems);
  const config = {
    ...readDistilled(reader, problems),
    timestepScaling: reader.positive('timestep_scaling', 10),
    clipRange: clipRange(reader, false),
  };
  return { maxSteps: config.originalSteps, schedule: (steps) => lcmSchedule(config, steps) };
}

export function readTcd(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding'], problems);
  const config = readDistilled(reader, problems);
  return { maxSteps: config.originalSteps, schedule: (steps) => tcdSchedule(config, steps) };
}

function readDistilled(reader: ConfigReader, problems: Problems) {
  const noise = readNoiseConfig(reader, problems, DISTILLED);
  return {
    numTrainTimesteps: noise.numTrainTimesteps,
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    alphasCumprod: alphasCumprod(noise),
    originalSteps: reader.count('original_inference_steps', 50, noise.numTrainTimesteps),
  };
}
