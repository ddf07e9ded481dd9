/**
 * Which scheduler classes each family runs with, and what of a scheduler's settings decides how often the model is evaluated:
 * what plans and the engine must agree on.
 */
import type { ModelFamily, SchedulerFacts } from '../../domain/iterations.js';

/** The file of a model directory that names its scheduler. */
export const SCHEDULER_FILE = 'scheduler/scheduler_config.json';

const DIFFUSION = [
  'DDIMScheduler',
  'DDPMScheduler',
  'PNDMScheduler',
  'EulerDiscreteScheduler',
  'EulerAncestralDiscreteScheduler',
  'HeunDiscreteScheduler',
  'KDPM2DiscreteScheduler',
  'KDPM2AncestralDiscreteScheduler',
  'LMSDiscreteScheduler',
  'DPMSolverMultistepScheduler',
  'DPMSolverSinglestepScheduler',
  'UniPCMultistepScheduler',
  'LCMScheduler',
  'TCDScheduler',
  'EDMEulerScheduler',
  'EDMDPMSolverMultistepScheduler',
] as const;
const FLUX = ['FlowMatchEulerDiscreteScheduler'] as const;
const STABLE_DIFFUSION_3 = [...FLUX, 'FlowMatchHeunDiscreteScheduler'] as const;

export type DiffusionScheduler = (typeof DIFFUSION)[number];
export type FluxScheduler = (typeof FLUX)[number];
export type StableDiffusion3Scheduler = (typeof STABLE_DIFFUSION_3)[number];

const SUPPORTED: Readonly<Record<ModelFamily, readonly string[]>> = {
  sd: DIFFUSION,
  sdxl: DIFFUSION,
  sd3: STABLE_DIFFUSION_3,
  flux: FLUX,
};

/** Why classes that people ask for cannot be had. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['DPMSolverSDEScheduler', 'its noise is drawn apart from the seed, so that no image could be made again'],
]);

/** Classes whose sigmas can be on a curve, instead of at spaced timesteps. */
const CURVED: readonly string[] = [
  'EulerDiscreteScheduler',
  'HeunDiscreteScheduler',
  'KDPM2DiscreteScheduler',
  'KDPM2AncestralDiscreteScheduler',
  'LMSDiscreteScheduler',
  'DPMSolverMultistepScheduler',
  'UniPCMultistepScheduler',
];
const CURVES = ['use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas', 'use_lu_lambdas'];

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
  const reason = REASONS.get(className);
  const why = reason === undefined ? '' : `: ${reason}`;
  return `the scheduler ${className} is not one for ${FAMILY_NAMES[family]}${why}; supported: ${known}`;
}

/** What a `scheduler_config.json` says, with another class where a model profile asks for one. */
export function readSchedulerFacts(
  config: Readonly<Record<string, unknown>>,
  override: string | undefined,
): SchedulerFacts {
  const { _class_name: own, num_train_timesteps: train, timestep_spacing: spacing } = config;
  const className = override ?? (typeof own === 'string' ? own : 'no class');
  const isOnCurve = CURVED.includes(className) && CURVES.some((flag) => config[flag] === true);
  return {
    className,
    trainTimesteps: typeof train === 'number' && train > 0 ? train : 1000,
    trailing: spacing === 'trailing' && !isOnCurve,
    skipsRungeKutta: config.skip_prk_steps === true,
  };
}
