/**
 * Which scheduler a model runs with: the class that `scheduler/scheduler_config.json` names or the one asked for
 * instead, with the file's settings and, for what it leaves open, the class's own defaults. Classes and settings
 * that are not supported are refused by name: a wrong schedule would still give a picture, only a bad one.
 */
import { join } from 'node:path';
import type { ModelFamily } from '../../domain/iterations.js';
import { ConfigReader } from '../model-directory/config-reader.js';
import { readJson } from '../model-directory/json.js';
import type { Problems } from '../model-directory/problems.js';
import {
  type DiffusionScheduler,
  type FluxScheduler,
  SCHEDULER_FILE,
  type StableDiffusion3Scheduler,
  schedulerProblem,
} from '../model-directory/scheduler-facts.js';
import type { Read } from './read-common.js';
import { readDpm2, readHeun, readLms } from './read-derivatives.js';
import {
  readDdim,
  readDdpm,
  readEuler,
  readEulerAncestral,
  readLcm,
  readPndm,
  readTcd,
} from './read-diffusion.js';
import { readEdmDpm, readEdmEuler } from './read-edm.js';
import { readFlowMatch, readFlowMatchHeun } from './read-flow-match.js';
import { readDpm, readSinglestep, readUniPc } from './read-solvers.js';
import type { Scheduler } from './schedule.js';

export type SchedulerReader = (reader: ConfigReader, problems: Problems) => Read;

const DIFFUSION: Readonly<Record<DiffusionScheduler, SchedulerReader>> = {
  DDIMScheduler: readDdim,
  DDPMScheduler: readDdpm,
  PNDMScheduler: readPndm,
  EulerDiscreteScheduler: readEuler,
  EulerAncestralDiscreteScheduler: readEulerAncestral,
  HeunDiscreteScheduler: readHeun,
  KDPM2DiscreteScheduler: (reader, problems) => readDpm2(reader, problems, false),
  KDPM2AncestralDiscreteScheduler: (reader, problems) => readDpm2(reader, problems, true),
  LMSDiscreteScheduler: readLms,
  DPMSolverMultistepScheduler: readDpm,
  DPMSolverSinglestepScheduler: readSinglestep,
  UniPCMultistepScheduler: readUniPc,
  LCMScheduler: readLcm,
  TCDScheduler: readTcd,
  EDMEulerScheduler: readEdmEuler,
  EDMDPMSolverMultistepScheduler: readEdmDpm,
};

/** Sigmas come from the training. */
const STABLE_DIFFUSION_3: Readonly<Record<StableDiffusion3Scheduler, SchedulerReader>> = {
  FlowMatchEulerDiscreteScheduler: (reader, problems) => readFlowMatch(reader, problems, 'training'),
  FlowMatchHeunDiscreteScheduler: readFlowMatchHeun,
};

/** Its pipelines give sigmas from 1 down. */
const FLUX: Readonly<Record<FluxScheduler, SchedulerReader>> = {
  FlowMatchEulerDiscreteScheduler: (reader, problems) => readFlowMatch(reader, problems, 'unit'),
};

const READERS: Readonly<Record<ModelFamily, Readonly<Record<string, SchedulerReader>>>> = {
  ...{ sd: DIFFUSION, sdxl: DIFFUSION },
  ...{ sd3: STABLE_DIFFUSION_3, flux: FLUX },
};

/** What `StableDiffusionPipeline` makes of any scheduler that it is given. */
const SD_CORRECTIONS = { steps_offset: 1, clip_sample: false };

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
  const values = await problems.collect(() => readJson(join(directory, SCHEDULER_FILE)));
  if (values === undefined) return undefined;
  const reader = new ConfigReader(
    SCHEDULER_FILE,
    family === 'sd' ? { ...values, ...SD_CORRECTIONS } : values,
    problems,
  );
  const className = override ?? reader.text('_class_name') ?? 'no class';
  const problem = schedulerProblem(family, className);
  if (problem !== undefined) problems.add(problem);
  const read = problem === undefined ? READERS[family][className] : undefined;
  return read && { className, ...read(reader, problems) };
}
