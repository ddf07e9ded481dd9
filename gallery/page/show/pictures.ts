/**
 * Loads thumbnails a few at a time, in the order in which they were requested: browsers open six connections to a
 * server, and the live stream, the index and an opened image must never wait behind thumbnails. For a picture that could not
 * be loaded the reason is kept, so that an image is called damaged only if the server says so.
 */
import { el } from '../base/dom.js';

/** `unreachable`: the server or its store did not answer; the page tries again by itself. */
export type Failure = 'damaged' | 'unreachable';

const CONCURRENT_LOADS = 4;
const RETRY_MS = 5000;

export class Pictures {
  private readonly waiting = new Map<HTMLImageElement, string>();
  private readonly loading = new Map<HTMLImageElement, string>();
  private readonly failures = new Map<string, Failure>();
  private retryTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param onChange called when a picture failed, or may be tried again */
  constructor(private readonly onChange: () => void) {}

  failureOf(address: string): Failure | undefined {
    return this.failures.get(address);
  }

  /** An image element that begins to load when it is its turn. */
  image(address: string): HTMLImageElement {
    const image: HTMLImageElement = el('img', {
      alt: '',
      decoding: 'async',
      draggable: 'false',
      onload: () => this.release(image),
      onerror: () => void this.fail(image),
    });
    this.waiting.set(image, address);
    this.next();
    return image;
  }

  /** Stops loading the images in an element that was removed; elements of live previews are used again elsewhere. */
  drop(element: HTMLElement): void {
    for (const image of element.querySelectorAll<HTMLImageElement>('img:not(.live)')) {
      this.waiting.delete(image);
      image.removeAttribute('src');
      this.release(image);
    }
  }

  /** Lets every failed picture be tried again, for example when the server answers again. */
  retry(): void {
    if (this.failures.size === 0) return;
    this.failures.clear();
    this.onChange();
  }

  close(): void {
    clearTimeout(this.retryTimer);
  }

  private next(): void {
    for (const [image, address] of this.waiting) {
      if (this.loading.size >= CONCURRENT_LOADS) return;
      this.waiting.delete(image);
      this.loading.set(image, address);
      image.src = address;
    }
  }

  private release(image: HTMLImageElement): void {
    if (this.loading.delete(image)) this.next();
  }

  private async fail(image: HTMLImageElement): Promise<void> {
    const address = this.loading.get(image);
    if (address === undefined) return;
    const failure = await reasonOf(address);
    if (!this.loading.has(image)) return;
    this.failures.set(address, failure);
    this.release(image);
    if (failure === 'unreachable') this.retryLater();
    this.onChange();
  }

  private retryLater(): void {
    this.retryTimer ??= setTimeout(() => {
      this.retryTimer = undefined;
      for (const [address, failure] of this.failures)
        if (failure === 'unreachable') this.failures.delete(address);
      this.onChange();
    }, RETRY_MS);
  }
}

/** Image elements do not say why they failed. */
async function reasonOf(address: string): Promise<Failure> {
  const status = await fetch(address, { method: 'HEAD' }).then(
    (response) => response.status,
    () => 0,
  );
  return status >= 400 && status < 500 ? 'damaged' : 'unreachable';
}
