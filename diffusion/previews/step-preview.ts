/**
 * What a step shows beside its latents: the picture that the model expects, and full-size pixels. Whatever is made here
 * is made from copies, after the step, outside its time; nothing of it goes back into the loop.
 */
import type { PreviewStyle } from '../../domain/preview-style.js';
import type { Pipeline } from '../families/pipeline.js';
import type { Latents, RgbImage } from '../types.js';
import { decode } from '../vae/vae.js';

export interface StepPreview {
  readonly denoised?: Latents;
  readonly preview?: RgbImage;
}

/**
 * @param latents those after the step
 * @param denoised the picture expected at the step, as latents; called only where the style asks for it
 */
export async function previewOf(
  { vae, taesd }: Pick<Pipeline, 'vae' | 'taesd'>,
  style: PreviewStyle | undefined,
  latents: Latents,
  denoised: () => Latents,
): Promise<StepPreview> {
  if (style === undefined) return {};
  const shown = style.of === 'denoised' ? denoised() : latents;
  const told = style.of === 'denoised' ? { denoised: shown } : {};
  const decoder = style.kind === 'vae' ? vae : taesd;
  if (style.kind === 'latent-rgb' || decoder === undefined) return told;
  const preview = await decode(decoder, shown);
  return preview === undefined ? told : { ...told, preview };
}
