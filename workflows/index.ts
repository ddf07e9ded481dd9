/** Everything the orchestrator runs: the entry of the workflow bundle. */

export { ChooseTake } from './choose-take.js';
export { PregeneratePage } from './pregenerate-page.js';
export { PregenerateScheduledShow } from './pregenerate-scheduled-show.js';
export { PregenerateShow } from './pregenerate-show.js';
export { PregenerateVariant } from './pregenerate-variant.js';
