/**
 * A sheet of pictures and lines of text, laid out by absolute pixels and rendered to one PNG. Texts are drawn as
 * SVG, in whatever sans-serif font the machine has.
 */
import sharp from 'sharp';

export interface Picture {
  readonly left: number;
  readonly top: number;
  /** Shown as a square of this many pixels. */
  readonly size: number;
  readonly png: Buffer;
  /** Previews have few pixels: shown as they are rather than smoothed. */
  readonly pixelated?: boolean;
}

export interface Words {
  readonly left: number;
  /** Of the baseline. */
  readonly top: number;
  readonly text: string;
  /** Font size in pixels. */
  readonly size: number;
  readonly color?: string;
}

export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Picture[];
  readonly words: readonly Words[];
}

const BACKGROUND = '#16181d';
const FOREGROUND = '#e8e6e1';

/** Renders to PNG bytes. */
export async function renderCanvas({ width, height, pictures, words }: Canvas): Promise<Buffer> {
  const tiles = await Promise.all(
    pictures.map(async ({ left, top, size, png, pixelated }) => ({
      left,
      top,
      input: await sharp(png)
        .resize(size, size, {
          fit: 'contain',
          background: BACKGROUND,
          kernel: pixelated ? 'nearest' : 'lanczos3',
        })
        .png()
        .toBuffer(),
    })),
  );
  return sharp({ create: { width, height, channels: 3, background: BACKGROUND } })
    .composite([...tiles, { left: 0, top: 0, input: Buffer.from(svg(width, height, words)) }])
    .png()
    .toBuffer();
}

const svg = (width: number, height: number, words: readonly Words[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${words.map(svgText).join('')}</svg>`;

const svgText = ({ left, top, text, size, color = FOREGROUND }: Words): string =>
  `<text x="${left}" y="${top}" font-family="sans-serif" font-size="${size}" fill="${color}">${escapeXml(text)}</text>`;

const escapeXml = (text: string): string =>
  text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
