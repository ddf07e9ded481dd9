/**
 * The images in flight of one show, kept up to date by polling. Listeners are told of an image only when it has changed; its
 * newest preview can be asked for at any time.
 */
import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { LivePicture } from '../domain/denoise-heartbeat.js';
import { given } from '../domain/given.js';
import type { ShowAddress, VariantAddress } from '../domain/object-keys.js';
import type { Look } from '../live/look-at-image.js';
import { type ImageName, keyOf, nameOf, type RunningVariant } from '../live/running-variants.js';
import type { LiveImage } from './live-image.js';
import { nextToPoll } from './poll-order.js';
import { livePictureAddress } from './routes.js';

/** Reads what is in flight, from a Temporal server. */
export interface LiveView {
  /** Variants of the show whose workflows run. */
  running(show: ShowAddress): Promise<readonly RunningVariant[]>;
  /** The progress of one of them; undefined if its workflow does not run any more. */
  look(address: VariantAddress): Promise<Look | undefined>;
}

interface Known {
  readonly name: ImageName;
  readonly uploading: boolean;
  readonly onDevice: boolean;
  readonly lookedAt: number;
  /** What the listeners were told last. */
  readonly told?: LiveImage;
  readonly picture?: LivePicture;
}

/** A Temporal server on a laptop answers this many requests at once without delay. */
const CONCURRENT_LOOKS = 16;

export class LiveImages {
  private known = new Map<string, Known>();
  private polls = 0;

  constructor(
    private readonly show: ShowAddress,
    private readonly view: LiveView,
    private readonly tell: (image: LiveImage) => void,
  ) {}

  /** What the listeners were told last of each image in flight. */
  get told(): LiveImage[] {
    return [...this.known.values()].flatMap(({ told }) => told ?? []);
  }

  picture(name: ImageName): LivePicture | undefined {
    return this.known.get(keyOf(name))?.picture;
  }

  /** Polls once. Returns whether anything is in flight. */
  async poll(): Promise<boolean> {
    this.polls++;
    this.list(await this.view.running(this.show));
    const generating = [...this.known.values()].filter(({ uploading }) => !uploading);
    const limit = pLimit(CONCURRENT_LOOKS);
    await Promise.all(nextToPoll(generating).map((image) => limit(() => this.look(image))));
    return this.known.size > 0;
  }

  private list(running: readonly RunningVariant[]): void {
    const listed = new Set(running.map(keyOf));
    for (const [key, { name }] of this.known) if (!listed.has(key)) this.forget(name);
    for (const variant of running) {
      const name = nameOf(variant);
      const before = this.known.get(keyOf(name)) ?? { name, uploading: false, onDevice: false, lookedAt: 0 };
      if (variant.uploading) this.note({ ...before, uploading: true }, { image: { phase: 'uploading' } });
      else this.known.set(keyOf(name), { ...before, uploading: false });
    }
  }

  private async look(image: Known): Promise<void> {
    const look = await this.view.look({ ...this.show, ...image.name });
    if (look === undefined) this.forget(image.name);
    else this.note({ ...image, lookedAt: this.polls }, look);
  }

  private note(before: Known, { image }: Look): void {
    const { phase, step, of, attempt, lastFailure } = image;
    // The last preview stays while its image is uploaded, or waits to be resumed: there is no newer one.
    const hasBegun = phase === 'uploading' || (step ?? 0) > 0;
    const picture = image.picture ?? (hasBegun ? before.picture : undefined);
    const told = {
      ...before.name,
      phase,
      ...given({ step, of, attempt, lastFailure }),
      ...(picture && { picture: this.addressOf(before.name, picture) }),
    };
    const onDevice = step !== undefined && phase !== 'queued';
    const { picture: _, ...rest } = before;
    this.known.set(keyOf(before.name), { ...rest, onDevice, told, ...given({ picture }) });
    if (JSON.stringify(told) !== JSON.stringify(before.told)) this.tell(told);
  }

  private forget(name: ImageName): void {
    if (this.known.delete(keyOf(name))) this.tell({ ...name, phase: 'over' });
  }

  private addressOf(name: ImageName, { step, webp }: LivePicture): string {
    const stamp = createHash('sha256').update(webp).digest('base64url').slice(0, 12);
    return `${livePictureAddress({ ...this.show, ...name })}?step=${step}&v=${stamp}`;
  }
}
