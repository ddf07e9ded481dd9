/**
 * The settings of the schedulers for models trained on whole pictures plus noise ("EDM"). Each default is that of the
 * diffusers class.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';
import { edmDpmSchedule, edmEulerSchedule } from './edm.js';
import { MAX_TRAIN_TIMESTEPS } from './noise-levels.js';
import { FINALS, type Read } from './read-common.js';
import { readRules } from './read-rules.js';
import { refuseFlags } from './refuse-flags.js';

export function readEdmEuler(reader: ConfigReader, problems: Problems): Read {
  const { maxSteps, ...config } = readEdm(reader, problems);
  return { maxSteps, schedule: (steps) => edmEulerSchedule(config, steps) };
}

export function readEdmDpm(reader: ConfigReader, problems: Problems): Read {
  refuseFlags(reader, ['thresholding'], problems);
  const { maxSteps, ...edm } = readEdm(reader, problems);
  const highest = reader.text('algorithm_type') === 'sde-dpmsolver++' ? 2 : 3;
  const config = {
    ...readRules(reader, highest, problems),
    lowerOrderFinal: reader.flag('lower_order_final', true),
    eulerAtFinal: reader.flag('euler_at_final'),
    ...edm,
  };
  return { maxSteps, schedule: (steps) => edmDpmSchedule(config, steps) };
}

function readEdm(reader: ConfigReader, problems: Problems) {
  const [lowest, highest] = [reader.positive('sigma_min', 0.002), reader.positive('sigma_max', 80)];
  if (lowest > highest)
    problems.add(`${reader.file}: "sigma_min" is ${lowest}, expected up to "sigma_max", ${highest}`);
  return {
    maxSteps: reader.count('num_train_timesteps', 1000, MAX_TRAIN_TIMESTEPS),
    prediction: reader.choice('prediction_type', ['epsilon', 'v_prediction'], 'epsilon'),
    ...{ lowest, highest, data: reader.positive('sigma_data', 0.5) },
    curve: reader.choice('sigma_schedule', ['karras', 'exponential'], 'karras'),
    rho: reader.positive('rho', 7),
    final: reader.choice('final_sigmas_type', FINALS, 'zero'),
  };
}
