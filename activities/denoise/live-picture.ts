/**
 * A step's preview as a heartbeat can carry it: small, and never above the bound. What is too long is made coarser, then
 * smaller.
 */
import sharp from 'sharp';
import type { RgbImage } from '../../diffusion/index.js';
import { LIVE_PICTURE_PIXELS } from '../../domain/denoise-heartbeat.js';

/**
 * In the order in which they are tried. An image half-way takes some 3,300, 1,800, 1,000, 700 and 400 characters; pure noise 7,100,
 * 5,500, 2,500, 1,900 and 800.
 */
const ATTEMPTS = [
  { pixels: LIVE_PICTURE_PIXELS, quality: 60 },
  { pixels: LIVE_PICTURE_PIXELS, quality: 30 },
  { pixels: 64, quality: 60 },
  { pixels: 64, quality: 40 },
  { pixels: 48, quality: 30 },
];
/** The server writes it with every heartbeat: each thousand characters cost it 3 % of a heartbeat. */
const MOST_CHARACTERS = 1_400;

/** A WebP file in base64; undefined if it cannot be made short enough. Never enlarges. */
export async function encodeLivePicture(
  image: RgbImage,
  maxCharacters = MOST_CHARACTERS,
): Promise<string | undefined> {
  for (const attempt of ATTEMPTS) {
    const webp = await encode(image, attempt);
    if (webp.length <= maxCharacters) return webp;
  }
  return undefined;
}

async function encode(
  { data, width, height }: RgbImage,
  { pixels, quality }: { pixels: number; quality: number },
): Promise<string> {
  const webp = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: pixels, height: pixels, fit: 'inside', withoutEnlargement: true })
    // The least effort: a third of the time, and half a kilobyte more at worst.
    .webp({ quality, effort: 0 })
    .toBuffer();
  return webp.toString('base64');
}
