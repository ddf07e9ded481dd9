/**
 * How large an image is that starts from a picture and is given no size: as large as the picture, each side rounded down to what
 * the model can make, as diffusers does (`VaeImageProcessor.get_default_height_width`).
 */
import type { ModelFamily } from './iterations.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels of which both sides are multiples: latents of 8×8 pixels; SD3 and FLUX take them in patches of 2×2. */
export const SIZE_MULTIPLES: Readonly<Record<ModelFamily, number>> = { sd3: 16, flux: 16, sdxl: 8, sd: 8 };

/** The picture's own size, as a multiple; 0 if it is smaller than that. */
export const ownSize = ({ width, height }: Size, multiple: number): Size => ({
  width: width - (width % multiple),
  height: height - (height % multiple),
});
