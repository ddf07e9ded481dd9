/**
 * Makes pictures of steps, beside the work: one at a time, at a pace that costs next to nothing, and always of the newest
 * step. A step never waits for its picture; one that comes while another is in the making takes the place of whichever
 * still waits.
 */
import type { RgbImage } from '../../diffusion/index.js';
import type { LivePicture } from '../../domain/denoise-heartbeat.js';
import { encodeLivePicture } from './live-picture.js';

/** A step, and how to get at what it shows; undefined if it shows nothing. */
export interface StepPicture {
  readonly step: number;
  readonly pixels: () => Promise<RgbImage | undefined>;
}

/** Twice in the shortest spacing of heartbeats. A picture takes three milliseconds of a slow core. */
const REST_MS = 500;

export class PictureMaker {
  #waiting: StepPicture | undefined;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #stopped = false;

  /** @param onEnd told whenever a picture is made, or cannot be */
  constructor(private readonly onEnd: (picture: LivePicture | undefined) => void) {}

  /** Whether its picture is being made now; if not, it waits for its turn. */
  offer(picture: StepPicture): boolean {
    if (this.#busy || this.#stopped) {
      this.#waiting = picture;
      return false;
    }
    void this.#make(picture);
    return true;
  }

  /** No picture is told of after this. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped = true;
  }

  async #make(picture: StepPicture): Promise<void> {
    this.#busy = true;
    const made = await pictureOf(picture);
    if (this.#stopped) return;
    this.onEnd(made);
    this.#timer = setTimeout(() => this.#next(), REST_MS);
  }

  #next(): void {
    const next = this.#waiting;
    this.#waiting = undefined;
    this.#busy = false;
    if (next !== undefined) void this.#make(next);
  }
}

/** Pictures are a pleasure: what hinders one hinders nothing else. */
async function pictureOf({ step, pixels }: StepPicture): Promise<LivePicture | undefined> {
  try {
    const image = await pixels();
    const webp = image && (await encodeLivePicture(image));
    return webp === undefined ? undefined : { step, webp };
  } catch {
    return undefined;
  }
}
