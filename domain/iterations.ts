/**
 * How many denoising iterations a request runs, without loading a model: plans number previews by it, and the engine
 * starts its loop by it.
 */

/** Model families that the engine runs. */
export type ModelFamily = 'sd' | 'sdxl' | 'sd3' | 'flux';

/** What of a scheduler decides how often the model is evaluated. */
export interface SchedulerFacts {
  /** Class of diffusers. */
  readonly className: string;
  readonly trainTimesteps: number;
  /** `timestep_spacing` is `trailing`, and sigmas are not put on a curve instead. */
  readonly trailing: boolean;
  /** `skip_prk_steps` of PNDM. */
  readonly skipsRungeKutta: boolean;
}

/** Classes of diffusers that evaluate the model twice a step. */
const TWICE: readonly string[] = [
  'HeunDiscreteScheduler',
  'KDPM2DiscreteScheduler',
  'KDPM2AncestralDiscreteScheduler',
  'FlowMatchHeunDiscreteScheduler',
];

/** What is known of a show's models, by the names of their profiles; nothing of one whose directory is elsewhere. */
export interface KnownModels {
  readonly families: Readonly<Record<string, ModelFamily>>;
  readonly schedulers?: Readonly<Record<string, SchedulerFacts>>;
}

/**
 * Denoising iterations of a request: those of the scheduler for `steps`, or fewer for image-to-image. Without a
 * scheduler, one iteration a step.
 */
export function denoisingIterations(
  family: ModelFamily,
  steps: number,
  strength?: number,
  scheduler?: SchedulerFacts,
): number {
  const skipped = skippedSteps(family, steps, strength);
  if (skipped === steps) return 0;
  if (scheduler === undefined) return steps - skipped;
  return Math.max(evaluationsOf(scheduler, steps) - skippedEvaluations(scheduler.className, skipped), 0);
}

/**
 * The same by the name of a model profile. A model of which nothing is known is taken to evaluate once a step, and to
 * round image-to-image iterations down, as most families do.
 */
export function plannedIterations(
  { families, schedulers = {} }: KnownModels,
  { model, steps, strength }: { model: { readonly name: string }; steps: number; strength?: number },
): number {
  return denoisingIterations(families[model.name] ?? 'sd', steps, strength, schedulers[model.name]);
}

/**
 * Evaluations of the model for so many steps, as the schedulers of diffusers 0.39 count them:
 *
 * - PNDM looks at the second timestep twice. Without `skip_prk_steps`, the first three steps, fewer if there are
 *   not four, take four evaluations each.
 * - Heun's method and DPM2 look twice at every step but the last.
 * - `trailing` counts down from the last training timestep in fractions, which for some numbers of steps comes out one
 *   longer: `np.arange(1000, 0, -1000 / steps)`.
 */
export function evaluationsOf(scheduler: SchedulerFacts, steps: number): number {
  const { className, trainTimesteps, trailing, skipsRungeKutta } = scheduler;
  const spaced = trailing ? Math.ceil(trainTimesteps / (trainTimesteps / steps)) : steps;
  switch (className) {
    case 'PNDMScheduler':
      if (skipsRungeKutta) return spaced > 1 ? spaced + 1 : spaced;
      return 4 * (Math.min(spaced, 4) - 1) + Math.max(spaced - 3, 0);
    case 'HeunDiscreteScheduler':
    case 'KDPM2DiscreteScheduler':
    case 'KDPM2AncestralDiscreteScheduler':
      return 2 * spaced - 1;
    case 'FlowMatchHeunDiscreteScheduler':
      return 2 * steps - 1;
    case 'DDIMScheduler':
    case 'DDPMScheduler':
    case 'EulerDiscreteScheduler':
    case 'EulerAncestralDiscreteScheduler':
    case 'LMSDiscreteScheduler':
    case 'DPMSolverMultistepScheduler':
    case 'UniPCMultistepScheduler':
      return spaced;
    default:
      return steps;
  }
}

/** Evaluations that image-to-image leaves out with so many steps: twice as many (`order`) where a step takes two. */
export function skippedEvaluations(className: string, skipped: number): number {
  return TWICE.includes(className) ? 2 * skipped : skipped;
}

/**
 * Index of the first step that runs; 0 for text-to-image (no `strength`). As `get_timesteps` of diffusers 0.39, in
 * the same double arithmetic with its rounding (0.29 * 100 is 28.999…96):
 *
 * - Stable Diffusion 3 and FLUX leave out the first `int(max(steps - min(steps * strength, steps), 0))` steps: the
 *   *skipped* steps are rounded down, so the ones that run are rounded up (10 steps at 0.25: 3).
 * - Stable Diffusion 1, 2 and XL run the last `min(int(steps * strength), steps)`: rounded down (2).
 */
export function skippedSteps(family: ModelFamily, steps: number, strength?: number): number {
  if (strength === undefined) return 0;
  switch (family) {
    case 'sd3':
    case 'flux':
      return Math.trunc(Math.max(steps - Math.min(steps * strength, steps), 0));
    case 'sd':
    case 'sdxl':
      return Math.max(steps - Math.min(Math.trunc(steps * strength), steps), 0);
  }
}
