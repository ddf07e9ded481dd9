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
  /** On a dark ground, to be read over a picture. */
  readonly label?: boolean;
}

export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Picture[];
  readonly words: readonly Words[];
}

const BACKGROUND = '#16181d';
const FOREGROUND = '#e8e6e1';
const LABEL_PADDING = 4;
/** Of a digit in a sans-serif font, in ems. */
const CHARACTER_WIDTH = 0.6;

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

const svgText = (words: Words): string => {
  const { left, top, text, size, color = FOREGROUND } = words;
  const ground = words.label === true ? svgGround(words) : '';
  return `${ground}<text x="${left}" y="${top}" font-family="sans-serif" font-size="${size}" fill="${color}">${escapeXml(text)}</text>`;
};

function svgGround({ left, top, text, size }: Words): string {
  const width = Math.ceil(text.length * size * CHARACTER_WIDTH) + 2 * LABEL_PADDING;
  return `<rect x="${left - LABEL_PADDING}" y="${top - size}" width="${width}" height="${size + LABEL_PADDING}" rx="3" fill="${BACKGROUND}" fill-opacity="0.8"/>`;
}

const escapeXml = (text: string): string =>
  text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
