/** For those who want a rendition and never ask whether one is stored. */
import type { GpuActivities } from '../../activities/interfaces.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';

/** `denoise` that is not asked to look into the store. */
export const alwaysDenoise =
  ({ denoise }: GpuActivities) =>
  async (request: RenditionRequest): Promise<Rendition> => {
    const rendition = await denoise(request);
    if ('alreadyStored' in rendition) throw new Error('nobody asked whether it is stored');
    return rendition;
  };
