/**
 * `inference-previews/perform`: performs a pre-generated show from its cue sheet and its manifest, on time, as the exhibition's
 * own front-end does: scenes, prompts typed key by key, transcripts word by word, sliders, fades, and images that emerge at the
 * pace at which they were made. It has no DOM and no dependencies but `inference-previews/replay`; it tells what happens, and a
 * page shows it.
 *
 * ```js
 * import { Performance } from 'inference-previews/perform';
 * const performance = new Performance({ sheet, manifest, onEvent: (event) => { … } });
 * performance.play();
 * ```
 */
export type { Choice, Shown } from './choices.js';
export { emergenceOf, pictureAt } from './emergence.js';
export type { CueEvent, PictureEvent, StagedImage } from './events.js';
export type { Memory, Remembered } from './memory.js';
export { Performance, type PerformanceOptions } from './performance.js';
export { EXHIBITION_SCENES } from './scenes.js';
export { readSheet, type Sheet, type SheetCue, timeMs } from './sheet.js';
export {
  blacknessAt,
  EMPTY_STAGE,
  type Fade,
  type Slider,
  type Stage,
  type StagedPicture,
  sliderAt,
} from './stage.js';
export { type Emergences, stageAt } from './staging.js';
export { type PerformanceParts, type PerformanceTimeline, performanceOf } from './timeline.js';
export type { ReadTiming } from './timings.js';
