/**
 * The flow-match scheduler's settings, for Stable Diffusion 3 and FLUX.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';
import { type DynamicShifting, flowMatchSchedule, type Ramp } from './flow-match-euler.js';
import { flowMatchHeunSchedule } from './flow-match-heun.js';
import { MAX_TRAIN_TIMESTEPS } from './noise-levels.js';
import { type Read, readCurve } from './read-common.js';
import { refuseFlags } from './refuse-flags.js';

/** Models have up to 6; exponential shifts beyond this are infinite in float32. */
const MAX_SHIFT = 80;

const UNSUPPORTED_FLAGS = ['invert_sigmas', 'stochastic_sampling', 'shift_terminal'];

export function readFlowMatch(reader: ConfigReader, problems: Problems, ramp: Ramp): Read {
  refuseFlags(reader, UNSUPPORTED_FLAGS, problems);
  const config = {
    ...readRamp(reader),
    dynamicShifting: reader.flag('use_dynamic_shifting') ? readDynamicShifting(reader, problems) : undefined,
    curve: readCurve(reader, ['karras', 'exponential', 'beta'], problems),
  };
  return {
    maxSteps: config.numTrainTimesteps,
    schedule: (steps, imageTokens) => flowMatchSchedule(config, steps, imageTokens, ramp),
  };
}

/** It has a static shift and nothing else. */
export function readFlowMatchHeun(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, [...UNSUPPORTED_FLAGS, 'use_dynamic_shifting'], problems);
  readCurve(reader, [], problems);
  const config = readRamp(reader);
  return { maxSteps: config.numTrainTimesteps, schedule: (steps) => flowMatchHeunSchedule(config, steps) };
}

function readRamp(reader: ConfigReader): { numTrainTimesteps: number; shift: number } {
  return {
    numTrainTimesteps: reader.count('num_train_timesteps', 1000, MAX_TRAIN_TIMESTEPS),
    shift: reader.positive('shift', 1, MAX_SHIFT),
  };
}

/** Defaults are those of the scheduler's constructor. */
function readDynamicShifting(reader: ConfigReader, problems: Problems): DynamicShifting {
  const [baseImageSeqLen, maxImageSeqLen] = [
    reader.count('base_image_seq_len', 256),
    reader.count('max_image_seq_len', 4096),
  ];
  if (maxImageSeqLen <= baseImageSeqLen)
    problems.add(
      `${reader.file}: "max_image_seq_len" is ${maxImageSeqLen}, expected more than "base_image_seq_len", ${baseImageSeqLen}`,
    );
  return {
    baseShift: reader.positive('base_shift', 0.5, MAX_SHIFT),
    maxShift: reader.positive('max_shift', 1.15, MAX_SHIFT),
    baseImageSeqLen,
    maxImageSeqLen,
    type: reader.text('time_shift_type') === 'linear' ? 'linear' : 'exponential',
  };
}
