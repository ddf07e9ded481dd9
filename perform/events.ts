/**
 * What happens in a performance, as a front-end is told of it. Every event has its time in the show, counted from the
 * show's beginning in milliseconds, and the cue that it comes from.
 */
import type { ManifestVariant } from '../replay/manifest.js';
import type { Moment } from '../replay/timeline.js';
import type { SheetCue } from './sheet.js';

/** An image of the performance: which variant of which cue is shown, and how long it may emerge. */
export interface StagedImage {
  readonly cueId: string;
  readonly program: string;
  readonly prompt: string;
  /** `project/version` of the images; another than the show's for a program that is taken from elsewhere. */
  readonly version: string;
  /** Undefined where nothing may be shown: then the stage is black. */
  readonly variant: ManifestVariant | undefined;
  /** 0, then 1, 2 … while it is made again as long as its prompt stands. */
  readonly round: number;
  readonly beginMs: number;
  /** From then on it emerges no further, finished or not. */
  readonly untilMs: number;
  /** Milliseconds of each step, where the cue says it (`fixedDelayPerStep`) instead of the recorded durations. */
  readonly stepMs?: number;
}

interface Happens {
  readonly atMs: number;
  readonly cue: SheetCue;
}

/** What the cue sheet says, and the chosen variants. */
export type CueEvent =
  /** The show begins: everything is black until a fade. */
  | (Happens & { readonly kind: 'start' })
  /** `route` is undefined where `next` leads to no scene that is known. */
  | (Happens & { readonly kind: 'scene'; readonly route: string | undefined })
  | (Happens & { readonly kind: 'fade'; readonly black: boolean; readonly durationMs: number })
  /** `prompt` is all that stands there after the key. */
  | (Happens & { readonly kind: 'keystroke'; readonly prompt: string })
  /** Enter. */
  | (Happens & { readonly kind: 'commit'; readonly prompt: string })
  /** `transcript` is what has been said so far; `final`: all of it. */
  | (Happens & { readonly kind: 'word'; readonly transcript: string; readonly final: boolean })
  | (Happens & {
      readonly kind: 'slider';
      readonly program: string;
      readonly from: number;
      readonly to: number;
      readonly durationMs: number;
    })
  /** An image begins to emerge. What stands on the stage stays there until the first of it is to be seen. */
  | (Happens & { readonly kind: 'image'; readonly image: StagedImage })
  /** The image in flight is given up, and nothing is made again. */
  | (Happens & { readonly kind: 'reconnect' })
  | (Happens & { readonly kind: 'end' })
  /** An action that is not the module's: the cue has all of it. */
  | (Happens & { readonly kind: 'unknown' });

/** The next picture of the image in flight. */
export interface PictureEvent {
  readonly kind: 'picture';
  readonly atMs: number;
  readonly image: StagedImage;
  readonly moment: Exclude<Moment, { kind: 'black' }>;
}
