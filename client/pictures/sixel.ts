/**
 * Sixel: a picture as bands of six pixel rows, one pass per colour and band, each column of a pass one character.
 *
 * Format: DEC STD 070, chapter 9; https://www.vt100.net/docs/vt3xx-gp/chapter14.html
 */
import type { Sharp } from 'sharp';
import sharp from 'sharp';

/** Every terminal with sixels has at least so many colour registers. */
const COLOURS = 64;
const BAND_ROWS = 6;
/** The character of an empty column; its six bits are the rows. */
const EMPTY_COLUMN = 63;

/** The characters that draw an image where the cursor is. */
export async function encodeSixel(image: Sharp): Promise<string> {
  const indexed = await image.png({ palette: true, colours: COLOURS }).toBuffer();
  const { data, info } = await sharp(indexed).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const palette = new Map<number, number>();
  const pixels = Array.from({ length: width * height }, (_, index) => {
    const colour = data.readUIntBE(index * 3, 3);
    if (!palette.has(colour)) palette.set(colour, palette.size);
    return palette.get(colour) ?? 0;
  });
  const registers = [...palette].map(([colour, register]) => `#${register};2;${percentages(colour)}`);
  const bands = Array.from({ length: Math.ceil(height / BAND_ROWS) }, (_, band) =>
    encodeBand(pixels.slice(band * BAND_ROWS * width, (band + 1) * BAND_ROWS * width), width),
  );
  return `\u001bPq"1;1;${width};${height}${registers.join('')}${bands.join('-')}\u001b\\`;
}

/** One pass per colour in the band; `$` goes back to its beginning. */
function encodeBand(pixels: readonly number[], width: number): string {
  const passes = new Map<number, number[]>();
  pixels.forEach((register, index) => {
    const columns = passes.get(register) ?? new Array<number>(width).fill(0);
    const column = index % width;
    columns[column] = (columns[column] ?? 0) | (1 << Math.floor(index / width));
    passes.set(register, columns);
  });
  return [...passes].map(([register, columns]) => `#${register}${runLengths(columns)}`).join('$');
}

function runLengths(columns: readonly number[]): string {
  const characters = columns.map((bits) => String.fromCharCode(EMPTY_COLUMN + bits)).join('');
  return characters.replace(/(.)\1{3,}/g, (run, character: string) => `!${run.length}${character}`);
}

/** Red, green and blue in percent. */
const percentages = (colour: number): string =>
  [colour >> 16, (colour >> 8) & 255, colour & 255].map((part) => Math.round((part / 255) * 100)).join(';');
