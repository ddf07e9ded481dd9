/**
 * From the command line's settings to the engine's.
 */
import type { LoadOptions } from '../../diffusion/index.js';
import type { ModelSettings } from './protocol.js';

export function loadOptions({ providers, scheduler, rng, threads }: ModelSettings): LoadOptions {
  return {
    ...(providers !== undefined && { executionProviders: providers }),
    ...(scheduler !== undefined && { scheduler }),
    ...(rng !== undefined && { rng }),
    ...(threads !== undefined && { threads }),
  };
}
