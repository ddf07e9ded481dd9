/**
 * How many denoising steps really run. Kept apart from everything that loads a model, so that planning a
 * show can number its previews without one.
 */

/** Model families that the engine runs. */
export type ModelFamily = 'sd' | 'sdxl' | 'sd3' | 'flux';

/**
 * Denoising iterations of a request: `steps`, or fewer for image-to-image. PNDM evaluates one more; a loaded model's
 * `iterations` knows.
 */
export function denoisingIterations(family: ModelFamily, steps: number, strength?: number): number {
  return steps - skippedSteps(family, steps, strength);
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
