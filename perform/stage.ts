/**
 * What the stage looks like at a moment: the sum of all events up to it. A front-end that has sought, or that begins in the
 * middle, sets everything by it; one that follows the events arrives at the same.
 */
import type { Moment } from '../replay/timeline.js';
import type { CueEvent, PictureEvent, StagedImage } from './events.js';

/** A picture that stands on the stage. */
export interface StagedPicture {
  readonly image: StagedImage;
  readonly moment: Exclude<Moment, { kind: 'black' }>;
}

export interface Slider {
  readonly from: number;
  readonly to: number;
  readonly beginMs: number;
  readonly durationMs: number;
}

export interface Fade {
  readonly black: boolean;
  readonly beginMs: number;
  readonly durationMs: number;
}

export interface Stage {
  readonly route: string | undefined;
  /** The last fade: `black` is where it leads. */
  readonly fade: Fade;
  /** What stands in the prompt's field. */
  readonly prompt: string;
  readonly transcript: string;
  /** By program. */
  readonly sliders: Readonly<Record<string, Slider>>;
  /** The image that began last, which may be finished; undefined when it was given up. */
  readonly image: StagedImage | undefined;
  /** Undefined is black. */
  readonly picture: StagedPicture | undefined;
}

export const EMPTY_STAGE: Stage = {
  route: undefined,
  fade: { black: false, beginMs: 0, durationMs: 0 },
  prompt: '',
  transcript: '',
  sliders: {},
  image: undefined,
  picture: undefined,
};

/** The stage after an event. */
export function staged(stage: Stage, event: CueEvent | PictureEvent): Stage {
  switch (event.kind) {
    case 'start':
      return { ...EMPTY_STAGE, fade: fadeTo(true, event.atMs, 0) };
    case 'scene':
      return sceneOf(stage, event.route);
    case 'fade':
      return { ...stage, fade: fadeTo(event.black, event.atMs, event.durationMs) };
    case 'keystroke':
    case 'commit':
      return { ...stage, prompt: event.prompt };
    case 'word':
      return { ...stage, transcript: event.transcript };
    case 'slider':
      return { ...stage, sliders: { ...stage.sliders, [event.program]: sliderOf(event) } };
    case 'image':
      return {
        ...stage,
        image: event.image,
        picture: event.image.variant === undefined ? undefined : stage.picture,
      };
    case 'picture':
      return { ...stage, picture: { image: event.image, moment: event.moment } };
    case 'end':
      return { ...stage, prompt: '', transcript: '', image: undefined, picture: undefined };
    case 'reconnect':
      return { ...stage, image: undefined };
    case 'unknown':
      return stage;
  }
}

/** An image in flight is given up, and its last picture stays; a scene that changes behind black begins empty. What was said is over. */
const sceneOf = (stage: Stage, route: string | undefined): Stage => ({
  ...stage,
  route,
  transcript: '',
  image: undefined,
  picture: stage.fade.black ? undefined : stage.picture,
});

/** Where a slider is at a time of the show. */
export function sliderAt({ from, to, beginMs, durationMs }: Slider, atMs: number): number {
  return from + (to - from) * eased(share(atMs - beginMs, durationMs));
}

/** How black the stage is at a time of the show: 0 … 1. */
export function blacknessAt({ black, beginMs, durationMs }: Fade, atMs: number): number {
  const done = eased(share(atMs - beginMs, durationMs));
  return black ? done : 1 - done;
}

const share = (elapsedMs: number, durationMs: number): number =>
  durationMs <= 0 ? 1 : Math.min(Math.max(elapsedMs / durationMs, 0), 1);

/** Slowly, fast, slowly (quadratic). */
const eased = (done: number): number => (done < 0.5 ? 2 * done * done : 1 - 2 * (1 - done) * (1 - done));

const fadeTo = (black: boolean, beginMs: number, durationMs: number): Fade => ({
  black,
  beginMs,
  durationMs,
});

const sliderOf = ({ from, to, atMs, durationMs }: CueEvent & { kind: 'slider' }): Slider => ({
  from,
  to,
  beginMs: atMs,
  durationMs,
});
