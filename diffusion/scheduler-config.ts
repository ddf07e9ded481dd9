/**
 * Which scheduler a model runs with. Variants of the flow-match scheduler that Stable Diffusion 3 does not
 * use are refused by name: a wrong schedule would still give a picture, only a bad one.
 */
import { join } from 'node:path';
import { ConfigReader } from './config-reader.js';
import type { DynamicShifting, FlowMatchConfig } from './flow-match-euler.js';
import { readJson } from './json.js';
import type { Problems } from './problems.js';

export interface SchedulerChoice {
  readonly className: string;
  readonly config: FlowMatchConfig;
}

const SUPPORTED = 'FlowMatchEulerDiscreteScheduler';
const UNSUPPORTED_FLAGS = [
  'use_karras_sigmas',
  'use_exponential_sigmas',
  'use_beta_sigmas',
  'invert_sigmas',
  'stochastic_sampling',
  'shift_terminal',
];

/**
 * Reads `scheduler/scheduler_config.json`.
 * @param override a class to use instead of the configured one; its options stay those of the file
 */
export async function readScheduler(
  directory: string,
  override: string | undefined,
  problems: Problems,
): Promise<SchedulerChoice | undefined> {
  const file = 'scheduler/scheduler_config.json';
  const values = await problems.collect(() => readJson(join(directory, file)));
  if (values === undefined) return undefined;
  const reader = new ConfigReader(file, values, problems);
  const className = override ?? reader.text('_class_name') ?? 'no class';
  if (className !== SUPPORTED) {
    problems.add(`the scheduler ${className} is not one for Stable Diffusion 3; supported is ${SUPPORTED}`);
  }
  for (const flag of UNSUPPORTED_FLAGS) {
    if (reader.raw(flag) !== undefined && reader.raw(flag) !== false) {
      problems.add(`${file}: "${flag}" is ${JSON.stringify(reader.raw(flag))}, which is not supported`);
    }
  }
  return {
    className,
    config: {
      numTrainTimesteps: reader.count('num_train_timesteps', 1000),
      shift: reader.positive('shift', 1),
      dynamicShifting: reader.flag('use_dynamic_shifting') ? readDynamicShifting(reader) : undefined,
    },
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
