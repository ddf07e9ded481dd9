/**
 * How many denoising steps really run. Kept apart from everything that loads a model, so that planning a
 * show can number its previews without one.
 */

/** Model families that the engine runs. */
export type ModelFamily = 'sd3';

/**
 * Denoising iterations of a request: `steps`, or fewer for image-to-image.
 *
 * For Stable Diffusion 3, diffusers 0.39 (`StableDiffusion3Img2ImgPipeline.get_timesteps`) leaves out the
 * first `int(max(steps - min(steps * strength, steps), 0))` steps: the *skipped* steps are rounded down, so
 * the ones that run are rounded up (10 steps at 0.25: 3). The same double arithmetic is kept, with its
 * rounding (0.29 * 100 is 28.999…96, which runs 29 steps).
 */
export function denoisingIterations(family: ModelFamily, steps: number, strength?: number): number {
  switch (family) {
    case 'sd3':
      return steps - skippedSteps(steps, strength);
  }
}

/** Index of the first step that runs; 0 for text-to-image (no `strength`). */
export function skippedSteps(steps: number, strength?: number): number {
  if (strength === undefined) return 0;
  return Math.trunc(Math.max(steps - Math.min(steps * strength, steps), 0));
}
