/**
 * Follows the images in flight of the shows that are open in a browser. Polls the Temporal server twice a second while an image of
 * the show is in flight, every other second while none is, and not at all while no page has the show open.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LivePicture } from '../domain/denoise-heartbeat.js';
import type { ShowAddress, VariantAddress } from '../domain/object-keys.js';
import type { LiveImage } from './live-image.js';
import { LiveImages, type LiveView } from './live-images.js';

/** GPU workers send a heartbeat a second by default, so what the page shows is at most a second and a half old. */
const POLL_EVERY_MS = 500;
const LOOK_FOR_WORK_EVERY_MS = 2_000;

type Listener = (image: LiveImage) => void;

interface Followed {
  readonly listeners: Set<Listener>;
  readonly images: LiveImages;
  readonly over: AbortController;
}

export class LiveWatcher {
  private readonly followed = new Map<string, Followed>();

  constructor(
    private readonly view: LiveView,
    private readonly onProblem: (error: unknown) => void = () => {},
  ) {}

  /** Calls the listener with each image in flight, and again with each change, until the returned function is called. */
  follow(show: ShowAddress, listener: Listener): () => void {
    const name = nameOf(show);
    const followed = this.followed.get(name) ?? this.begin(show);
    for (const image of followed.images.told) listener(image);
    followed.listeners.add(listener);
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size === 0) this.end(name, followed);
    };
  }

  /** The newest preview of an image in flight; undefined if there is none, or no listener follows its show. */
  picture(address: VariantAddress): LivePicture | undefined {
    return this.followed.get(nameOf(address))?.images.picture(address);
  }

  close(): void {
    for (const [name, followed] of this.followed) this.end(name, followed);
  }

  private begin(show: ShowAddress): Followed {
    const listeners = new Set<Listener>();
    const images = new LiveImages(show, this.view, (image) => {
      for (const listener of listeners) listener(image);
    });
    const followed = { listeners, images, over: new AbortController() };
    this.followed.set(nameOf(show), followed);
    void this.keepPolling(followed);
    return followed;
  }

  private end(name: string, { over }: Followed): void {
    over.abort();
    this.followed.delete(name);
  }

  private async keepPolling({ images, over: { signal } }: Followed): Promise<void> {
    const poll = this.tellingOnce(() => images.poll());
    while (!signal.aborted) {
      const busy = await poll();
      await sleep(busy ? POLL_EVERY_MS : LOOK_FOR_WORK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** A server that does not answer is reported once, until it answers again; meanwhile nothing counts as in flight. */
  private tellingOnce(poll: () => Promise<boolean>): () => Promise<boolean> {
    let isAway = false;
    return async () => {
      try {
        const busy = await poll();
        isAway = false;
        return busy;
      } catch (error) {
        if (!isAway) this.onProblem(error);
        isAway = true;
        return false;
      }
    };
  }
}

const nameOf = ({ project, version }: ShowAddress): string => `${project}/${version}`;
