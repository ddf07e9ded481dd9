/**
 * The images in flight, updated by the server's events. Each has a single element for its newest preview, which moves to where it is
 * shown: so the browser shows the previous preview until the next one is loaded.
 */
import type { LiveImage } from '../../live-image.js';
import { el } from '../base/dom.js';
import type { VariantRef } from './route.js';

/** A variant of the show, or a take beside the chosen one. */
export interface ImageRef extends VariantRef {
  readonly take?: number;
}

export class LiveImages {
  private readonly told = new Map<string, LiveImage>();
  private readonly pictures = new Map<string, HTMLImageElement>();

  of(ref: ImageRef): LiveImage | undefined {
    return this.told.get(keyOf(ref));
  }

  /** The takes of a variant that are being generated. */
  takesOf({ cueId, variantId }: VariantRef): (LiveImage & { readonly take: number })[] {
    return [...this.told.values()].flatMap((image) => {
      const { take, phase } = image;
      const isOne = image.cueId === cueId && image.variantId === variantId && phase !== 'over';
      return isOne && take !== undefined ? [{ ...image, take }] : [];
    });
  }

  /** Takes over an event. An image that is over keeps its last preview. */
  apply(image: LiveImage): void {
    const key = keyOf(image);
    const before = this.told.get(key);
    this.told.set(key, image.phase === 'over' ? { ...before, ...image } : image);
    if (image.picture === undefined && image.phase !== 'over') this.pictures.delete(key);
  }

  /** Forgets all images, before the server tells them anew. */
  clear(): void {
    this.told.clear();
    this.pictures.clear();
  }

  /** The newest preview. */
  picture(ref: ImageRef): HTMLImageElement {
    const key = keyOf(ref);
    const element: HTMLImageElement =
      this.pictures.get(key) ?? el('img', { class: 'live', alt: '', draggable: 'false' });
    this.pictures.set(key, element);
    element.alt = '';
    const address = this.told.get(key)?.picture;
    if (address !== undefined && element.getAttribute('src') !== address) element.src = address;
    return element;
  }
}

const keyOf = ({ cueId, variantId, take }: ImageRef): string => JSON.stringify([cueId, variantId, take]);
