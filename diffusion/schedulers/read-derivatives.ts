/**
 * The settings of the schedulers of Stable Diffusion and SDXL that combine derivatives along sigma: Heun's, DPM2 and its
 * ancestral form, LMS. Each default is that of the diffusers class.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';
import { dpm2Schedule } from './dpm2.js';
import { heunSchedule } from './heun.js';
import { lmsSchedule } from './lms.js';
import { alphasCumprod, type NoiseConfig, readNoiseConfig } from './noise-levels.js';
import { PREDICTION_TYPES } from './prediction.js';
import { clipRange, LINEAR, type Read, readCurve, readSpacing, upTo, withoutEnds } from './read-common.js';
import type { CurveConfig } from './sigma-curves.js';

const WEAKER = { start: 0.00085, end: 0.012, schedule: 'linear' } as const;

export function readHeun(reader: ConfigReader, problems: Problems): Read {
  const noise = readNoise(reader, WEAKER, problems);
  const config = {
    ...readLevels(reader, noise, problems),
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    roundedCurves: [],
    clipRange: clipRange(reader, false),
  };
  return upTo(noise, (steps) => heunSchedule(config, steps));
}

export function readDpm2(reader: ConfigReader, problems: Problems, ancestral: boolean): Read {
  const noise = readNoise(reader, WEAKER, problems);
  const config = {
    ...readLevels(reader, noise, problems),
    prediction: reader.choice('prediction_type', ['epsilon', 'v_prediction'], 'epsilon'),
    roundedCurves: ['karras'] as const,
    ancestral,
  };
  return upTo(noise, (steps) => dpm2Schedule(config, steps));
}

export function readLms(reader: ConfigReader, problems: Problems): Read {
  const noise = readNoise(reader, LINEAR, problems);
  const levels = readLevels(reader, noise, problems);
  const config = {
    ...levels,
    curve: ownEnds(levels.curve),
    prediction: reader.choice('prediction_type', PREDICTION_TYPES, 'epsilon'),
    roundedCurves: [],
  };
  return upTo(noise, (steps) => lmsSchedule(config, steps));
}

/** LMS knows no ends of Karras et al.'s curve but those of its timesteps. */
function ownEnds(curve: CurveConfig | undefined): CurveConfig | undefined {
  return curve?.kind === 'karras' ? withoutEnds('karras') : curve;
}

/** None of these classes rescales its betas. */
function readNoise(
  reader: ConfigReader,
  fallback: Parameters<typeof readNoiseConfig>[2],
  problems: Problems,
): NoiseConfig {
  return { ...readNoiseConfig(reader, problems, fallback), zeroTerminalSnr: false };
}

function readLevels(reader: ConfigReader, noise: NoiseConfig, problems: Problems) {
  return {
    ...readSpacing(reader, noise, 'linspace', problems),
    alphasCumprod: alphasCumprod(noise),
    curve: readCurve(reader, ['karras', 'exponential', 'beta'], problems),
  };
}
