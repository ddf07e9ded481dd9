/**
 * Pixels to PNG and back. Encoding is deterministic: same pixels, same parameters, same bytes, whether or not the
 * rendition was interrupted.
 */
import sharp from 'sharp';
import type { RgbImage } from '../../diffusion/index.js';
import { withText } from './png-text.js';

/** Keyword under which image tools look for generation parameters. */
const PARAMETERS_KEYWORD = 'parameters';

/** Encodes pixels; `parameters` become a text chunk. */
export async function encodePng({ data, width, height }: RgbImage, parameters?: string): Promise<Buffer> {
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return parameters === undefined ? png : withText(png, PARAMETERS_KEYWORD, parameters);
}

/** Decodes any picture that sharp reads to sRGB: turned upright, transparency dropped. */
export async function decodePicture(bytes: Buffer): Promise<RgbImage> {
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`expected three colour channels, found ${info.channels}`);
  return { data, width: info.width, height: info.height };
}
