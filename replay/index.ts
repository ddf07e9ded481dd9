/**
 * `inference-previews/replay`: plays a pre-generated image's emergence in a browser at the pace at which it
 * happened, from nothing but the bucket. No dependencies, no build step: an ES module.
 *
 * ```js
 * import { openReplay, paintFrame, VariantPicker } from 'inference-previews/replay';
 * const picker = new VariantPicker([1, 2, 3]);
 * const replay = await openReplay({
 *   baseUrl: 'https://images.example/show/v1/cues/', cueId: 'prompt_3_00_00_10', variantId: picker.next(),
 *   onFrame: (frame) => paintFrame(canvas, frame),
 * });
 * await replay.loaded;
 * replay.play();
 * ```
 */
export { type BrowserReplayOptions, browserSource, openReplay, paintFrame } from './browser.js';
export { type Clock, systemClock } from './clock.js';
export { Player, type PlayerOptions } from './player.js';
export { type Frame, openReplayFrom, type Replay, type ReplayOptions, type Source } from './replay.js';
export { type Moment, momentIndexAt, type Timeline, timelineOf, UNTIMED } from './timeline.js';
export { VariantPicker } from './variant-picker.js';
