/**
 * Which scheduler a model runs with: the class that `scheduler/scheduler_config.json` names or the one asked for
 * instead, with the file's settings and, for what it leaves open, the class's own defaults. Classes and settings
 * that are not supported are refused by name: a wrong schedule would still give a picture, only a bad one.
 */
import { join } from 'node:path';
import { ConfigReader } from '../config-reader.js';
import type { ModelFamily } from '../iterations.js';
import { readJson } from '../json.js';
import type { Problems } from '../problems.js';
import { readDdim, readDpm, readEuler, readLcm, readPndm } from './read-diffusion.js';
import { readFlowMatch } from './read-flow-match.js';
import type { Scheduler } from './schedule.js';

const FILE = 'scheduler/scheduler_config.json';

export type SchedulerReader = (reader: ConfigReader, problems: Problems) => Omit<Scheduler, 'className'>;

const DIFFUSION: Readonly<Record<string, SchedulerReader>> = {
  DDIMScheduler: readDdim,
  PNDMScheduler: readPndm,
  EulerDiscreteScheduler: (reader, problems) => readEuler(reader, problems, false),
  EulerAncestralDiscreteScheduler: (reader, problems) => readEuler(reader, problems, true),
  DPMSolverMultistepScheduler: readDpm,
  LCMScheduler: readLcm,
};

const READERS: Readonly<Record<ModelFamily, Readonly<Record<string, SchedulerReader>>>> = {
  sd: DIFFUSION,
  sdxl: DIFFUSION,
  sd3: { FlowMatchEulerDiscreteScheduler: (reader, problems) => readFlowMatch(reader, problems, 'training') },
  flux: { FlowMatchEulerDiscreteScheduler: (reader, problems) => readFlowMatch(reader, problems, 'unit') },
};

/** What `StableDiffusionPipeline` makes of any scheduler that it is given. */
const SD_CORRECTIONS = { steps_offset: 1, clip_sample: false };

const FAMILY_NAMES: Readonly<Record<ModelFamily, string>> = {
  sd: 'Stable Diffusion',
  sdxl: 'Stable Diffusion XL',
  sd3: 'Stable Diffusion 3',
  flux: 'FLUX',
};

/**
 * Reads `scheduler/scheduler_config.json`.
 * @param override a class to use instead of the configured one; the file's settings stay
 */
export async function readScheduler(
  directory: string,
  family: ModelFamily,
  override: string | undefined,
  problems: Problems,
): Promise<Scheduler | undefined> {
  const values = await problems.collect(() => readJson(join(directory, FILE)));
  if (values === undefined) return undefined;
  const reader = new ConfigReader(
    FILE,
    family === 'sd' ? { ...values, ...SD_CORRECTIONS } : values,
    problems,
  );
  const className = override ?? reader.text('_class_name') ?? 'no class';
  const read = Object.hasOwn(READERS[family], className) ? READERS[family][className] : undefined;
  if (read === undefined) {
    const known = Object.keys(READERS[family]).join(', ');
    problems.add(`the scheduler ${className} is not one for ${FAMILY_NAMES[family]}; supported: ${known}`);
    return undefined;
  }
  return { className, ...read(reader, problems) };
}
