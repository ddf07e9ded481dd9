/**
 * The flow-match scheduler's settings, for Stable Diffusion 3 and FLUX.
 */
import type { ConfigReader } from '../config-reader.js';
import type { Problems } from '../problems.js';
import { type DynamicShifting, flowMatchSchedule, type Ramp } from './flow-match-euler.js';
import { refuseFlags } from './refuse-flags.js';
import type { Scheduler } from './schedule.js';

const UNSUPPORTED_FLAGS = [
  'use_karras_sigmas',
  'use_exponential_sigmas',
  'use_beta_sigmas',
  'invert_sigmas',
  'stochastic_sampling',
  'shift_terminal',
];

export function readFlowMatch(
  reader: ConfigReader,
  problems: Problems,
  ramp: Ramp,
): Omit<Scheduler, 'className'> {
  refuseFlags(reader, UNSUPPORTED_FLAGS, problems);
  const config = {
    numTrainTimesteps: reader.count('num_train_timesteps', 1000),
    shift: reader.positive('shift', 1),
    dynamicShifting: reader.flag('use_dynamic_shifting') ? readDynamicShifting(reader) : undefined,
  };
  return {
    maxSteps: config.numTrainTimesteps,
    schedule: (steps, imageTokens) => flowMatchSchedule(config, steps, imageTokens, ramp),
  };
}

/** Defaults are those of the scheduler's constructor. */
function readDynamicShifting(reader: ConfigReader): DynamicShifting {
  return {
    baseShift: reader.positive('base_shift', 0.5),
    maxShift: reader.positive('max_shift', 1.15),
    baseImageSeqLen: reader.count('base_image_seq_len', 256),
    maxImageSeqLen: reader.count('max_image_seq_len', 4096),
    type: reader.text('time_shift_type') === 'linear' ? 'linear' : 'exponential',
  };
}
