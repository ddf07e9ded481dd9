/**
 * Which scheduler classes each family runs with, and what of a scheduler's settings decides how often the model is evaluated:
 * what plans and the engine must agree on.
 */
import type { ModelFamily, SchedulerFacts } from '../../domain/iterations.js';

/** The file of a model directory that names its scheduler. */
export const SCHEDULER_FILE = 'scheduler/scheduler_config.json';

const DIFFUSION = [
  'DDIMScheduler',
  'PNDMScheduler',
  'EulerDiscreteScheduler',
  'EulerAncestralDiscreteScheduler',
  'DPMSolverMultistepScheduler',
  'LCMScheduler',
] as const;
const FLOW_MATCH = ['FlowMatchEulerDiscreteScheduler'] as const;

export type DiffusionScheduler = (typeof DIFFUSION)[number];
export type FlowMatchScheduler = (typeof FLOW_MATCH)[number];

const SUPPORTED: Readonly<Record<ModelFamily, readonly string[]>> = {
  sd: DIFFUSION,
  sdxl: DIFFUSION,
  sd3: FLOW_MATCH,
  flux: FLOW_MATCH,
};

const FAMILY_NAMES: Readonly<Record<ModelFamily, string>> = {
  sd: 'Stable Diffusion',
  sdxl: 'Stable Diffusion XL',
  sd3: 'Stable Diffusion 3',
  flux: 'FLUX',
};

/** What is wrong with running a family with a scheduler of this class; undefined if nothing is. */
export function schedulerProblem(family: ModelFamily, className: string): string | undefined {
  if (SUPPORTED[family].includes(className)) return undefined;
  const known = SUPPORTED[family].join(', ');
  return `the scheduler ${className} is not one for ${FAMILY_NAMES[family]}; supported: ${known}`;
}

/** What a `scheduler_config.json` says, with another class where a model profile asks for one. */
export function readSchedulerFacts(
  config: Readonly<Record<string, unknown>>,
  override: string | undefined,
): SchedulerFacts {
  const { _class_name: own, num_train_timesteps: train, timestep_spacing: spacing } = config;
  const className = override ?? (typeof own === 'string' ? own : 'no class');
  const karras = config.use_karras_sigmas === true && className !== 'EulerAncestralDiscreteScheduler';
  return {
    className,
    trainTimesteps: typeof train === 'number' && train > 0 ? train : 1000,
    trailing: spacing === 'trailing' && !(karras && /Euler|DPM/.test(className)),
    skipsRungeKutta: config.skip_prk_steps === true,
  };
}
