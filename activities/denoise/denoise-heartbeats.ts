/**
 * The heartbeats of one attempt: where it is, the moment that is known, and the newest picture. What a step shows is told with
 * the step itself if it can be made at once; two heartbeats would be two messages, of which the server gets the second
 * only a while later.
 */
import type { DenoiseHeartbeat, LivePicture } from '../../domain/denoise-heartbeat.js';
import { HeartbeatTimer } from '../heartbeat-timer.js';
import { PictureMaker, type StepPicture } from './picture-maker.js';

/** Where an attempt is. */
export type Whereabouts = Pick<DenoiseHeartbeat, 'phase' | 'step' | 'of' | 'doneMs'>;

export class DenoiseHeartbeats {
  readonly #timer: HeartbeatTimer<DenoiseHeartbeat>;
  readonly #pictures = new PictureMaker((picture) => this.#show(picture));
  #picture: LivePicture | undefined;
  /** The last step has not been told: its picture is in the making. */
  #holdsBack = false;

  /** Begins to beat. @param facts what else a heartbeat says, now */
  constructor(
    private now: Whereabouts,
    private readonly facts: () => Omit<DenoiseHeartbeat, keyof Whereabouts>,
  ) {
    this.#timer = new HeartbeatTimer(this.#details());
  }

  /** Tells where the attempt is; with a step's picture, as soon as that is made. */
  say(now: Whereabouts, picture?: StepPicture): void {
    if (this.#holdsBack) this.#beat();
    this.now = now;
    this.#holdsBack = picture !== undefined && this.#pictures.offer(picture);
    if (this.#holdsBack) this.#timer.note(this.#details());
    else this.#beat();
  }

  /**
   * The last word of an attempt that fails: without the picture, because the server writes the last heartbeat into the
   * history if it gives up for want of workers.
   */
  sayFailed(): void {
    this.#pictures.stop();
    this.#picture = undefined;
    this.#beat();
  }

  stop(): void {
    this.#pictures.stop();
    this.#timer.stop();
  }

  #show(picture: LivePicture | undefined): void {
    this.#picture = picture ?? this.#picture;
    this.#beat();
  }

  #beat(): void {
    this.#holdsBack = false;
    this.#timer.beat(this.#details());
  }

  #details(): DenoiseHeartbeat {
    const details = { ...this.now, ...this.facts() };
    return this.#picture === undefined ? details : { ...details, picture: this.#picture };
  }
}
