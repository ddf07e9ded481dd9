/**
 * What the image furthest along shows by now, drawn for a terminal. Pictures are a pleasure, not a report: one that cannot be
 * drawn leaves the last one where it is.
 */
import { oneLine } from '../../domain/printable.js';
import type { ImageInFlight } from '../../live/images-in-flight.js';
import { drawPicture, type PictureProtocol } from '../pictures/terminal-picture.js';
import { imageName } from '../status/describe-status.js';

export interface DrawnPreview {
  readonly caption: string;
  /** The characters that draw it. */
  readonly picture: string;
}

export class LivePreview {
  /** Undefined until something in flight could be shown; then the last that could. */
  drawn: DrawnPreview | undefined;

  constructor(private readonly protocol: PictureProtocol) {}

  /** Draws the first of the images that has a picture; resolves when it is drawn. */
  async look(images: readonly ImageInFlight[]): Promise<void> {
    const image = images.find(({ picture }) => picture !== undefined);
    if (image?.picture === undefined) return;
    const { step, webp } = image.picture;
    try {
      const picture = await drawPicture(this.protocol, Buffer.from(webp, 'base64'), { inPlace: true });
      this.drawn = { caption: oneLine(`${imageName(image)}, step ${step}`), picture };
    } catch {
      // No picture, whatever it claims to be.
    }
  }
}
