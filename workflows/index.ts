/** Everything the orchestrator runs: the entry of the workflow bundle. */
export { PregenerateCue } from './pregenerate-cue.js';
export { PregenerateScheduledShow } from './pregenerate-scheduled-show.js';
export { PregenerateShow } from './pregenerate-show.js';
export { PregenerateVariant } from './pregenerate-variant.js';
