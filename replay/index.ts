/**
 * `inference-previews/replay`: plays pre-generated images' emergence in a browser at the pace at which it
 * happened, from nothing but the bucket. No dependencies, no build step: an ES module.
 *
 * ```js
 * import { openShow, paintFrame } from 'inference-previews/replay';
 * const show = await openShow('https://images.example/show/v1/');
 * const replay = await show.replay({
 *   cueId: 'prompt_3_00_00_10', onFrame: (frame) => paintFrame(canvas, frame),
 * });
 * await replay.loaded;
 * replay.play();
 * ```
 *
 * `openReplay` does without a manifest, where it is known which variants there are.
 */
export {
  type BrowserReplayOptions,
  type BrowserShowOptions,
  browserSource,
  openReplay,
  openShow,
  paintFrame,
} from './browser.js';
export { type Clock, systemClock } from './clock.js';
export type { Manifest, ManifestCue, ManifestVariant } from './manifest.js';
export { Player, type PlayerOptions } from './player.js';
export { type Frame, openReplayFrom, type Replay, type ReplayOptions, type Source } from './replay.js';
export { openShowFrom, type Show, type ShowOptions, type ShowReplayOptions } from './show.js';
export { type Moment, momentIndexAt, type Timeline, timelineOf, UNTIMED } from './timeline.js';
export { VariantPicker } from './variant-picker.js';
