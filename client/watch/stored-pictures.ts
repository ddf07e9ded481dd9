/**
 * Shows the image that was stored last, where a person watches a terminal that can draw. An image that cannot be read
 * is not shown, and nothing else happens: pictures are a pleasure, not a report.
 */
import type { ShowAddress } from '../../domain/object-keys.js';
import { finalKey } from '../../domain/object-keys.js';
import { type ImageName, keyOf, nameOf } from '../../live/running-variants.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { drawPicture, pictureProtocol } from '../pictures/terminal-picture.js';
import { imageName } from '../status/describe-status.js';
import type { ShowStatus } from '../status/show-status.js';
import type { Output } from '../terminal/output.js';

export interface StoredPictures {
  /** Draws one of the images that were in flight when last looked, and no longer are. */
  update(status: Pick<ShowStatus, 'images'>): Promise<void>;
}

export function openPictures(
  show: ShowAddress,
  store: Pick<ObjectStore, 'get'>,
  output: Pick<Output, 'live' | 'note' | 'draw'>,
  environment: Readonly<Record<string, string | undefined>>,
): StoredPictures {
  const protocol = output.live ? pictureProtocol(environment) : undefined;
  let inFlight = new Map<string, ImageName>();
  return {
    async update({ images }) {
      const now = new Map(images.map((image) => [keyOf(image), nameOf(image)]));
      const done = [...inFlight].filter(([name]) => !now.has(name)).at(-1)?.[1];
      inFlight = now;
      if (protocol === undefined || done === undefined) return;
      try {
        const picture = await drawPicture(protocol, await store.get(finalKey({ ...show, ...done })));
        output.note(imageName(done));
        output.draw(picture);
      } catch {
        // Failed, or not stored yet.
      }
    },
  };
}
