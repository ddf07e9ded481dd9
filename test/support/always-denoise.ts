/** For tests of `denoise` that do not use its check of the store. */
import type { GpuActivities } from '../../activities/interfaces.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';

/** `denoise` that does not check whether the image is stored. */
export const alwaysDenoise =
  ({ denoise }: GpuActivities) =>
  async (request: RenditionRequest): Promise<Rendition> => {
    const rendition = await denoise(request);
    if ('alreadyStored' in rendition) throw new Error('the test does not use the check of the store');
    return rendition;
  };
