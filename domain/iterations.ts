/**
 * How many denoising iterations a request runs, without loading a model: plans count objects by it.
 */

/** Pipeline families whose image-to-image rounds differently. */
export type ModelFamily = 'sd3' | 'flux' | 'sdxl' | 'sd';

/**
 * Iterations of `steps` scheduler steps at image-to-image `strength` (undefined: text-to-image, all of them).
 *
 * Diffusers' `get_timesteps`: SD 1.5 and SDXL start at `steps - int(steps * strength)`, SD3 and FLUX at
 * `int(steps - steps * strength)`: one rounds the part that runs down, the other the part that is skipped.
 */
export function denoisingIterations(family: ModelFamily, steps: number, strength?: number): number {
  if (strength === undefined) return steps;
  const wanted = Math.min(steps * strength, steps);
  return family === 'sd3' || family === 'flux'
    ? steps - Math.trunc(Math.max(steps - wanted, 0))
    : Math.trunc(wanted);
}

/** The family of a diffusers pipeline class (`_class_name` of `model_index.json`); undefined if it is none of ours. */
export function familyOfPipeline(className: string): ModelFamily | undefined {
  if (className.startsWith('StableDiffusion3')) return 'sd3';
  if (className.startsWith('Flux')) return 'flux';
  if (className.startsWith('StableDiffusionXL')) return 'sdxl';
  if (className.startsWith('StableDiffusion')) return 'sd';
  return undefined;
}
