/**
 * Small pictures inside a terminal, for the terminals that can: kitty's graphics protocol, iTerm's inline images, and
 * sixel. Nothing is asked of the terminal (an answer would land in the shell): the environment tells, and where
 * it does not, there are no pictures.
 *
 * Protocols: https://sw.kovidgoyal.net/kitty/graphics-protocol/, https://iterm2.com/documentation-images.html
 */
import sharp from 'sharp';
import { encodeSixel } from './sixel.js';

export type PictureProtocol = 'kitty' | 'iterm' | 'sixel';

type Environment = Readonly<Record<string, string | undefined>>;

/** Rows of text that a picture takes: small enough to leave the bars in sight. */
export const PICTURE_ROWS = 8;
/** Pixels of its longer edge: eight rows on a dense screen. */
const PIXELS = 192;
/** The same of one that is drawn over and over in its place: no more than eight rows on any screen. */
const PIXELS_IN_PLACE = 96;
/** Kitty's name for the one that is drawn in its place. */
const IN_PLACE_ID = 7233;
/** Kitty takes base64 in chunks of at most so many characters. */
const KITTY_CHUNK = 4096;

/** What this terminal can draw; undefined for nothing, as inside tmux and screen, which pass no pictures on. */
export function pictureProtocol(environment: Environment): PictureProtocol | undefined {
  const { TERM = '', TERM_PROGRAM = '', LC_TERMINAL, KITTY_WINDOW_ID, TMUX, STY } = environment;
  if (TMUX || STY) return undefined;
  if (KITTY_WINDOW_ID || TERM === 'xterm-kitty' || TERM_PROGRAM === 'ghostty') return 'kitty';
  if (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm' || LC_TERMINAL === 'iTerm2') return 'iterm';
  if (/^(foot|mlterm|contour)/.test(TERM)) return 'sixel';
  return undefined;
}

/**
 * The characters that draw an image where the cursor is. Throws sharp's error for what is no image.
 * @param inPlace it takes the place of the last one that was drawn so; the caller puts the cursor back
 */
export async function drawPicture(
  protocol: PictureProtocol,
  image: Buffer,
  { inPlace = false } = {},
): Promise<string> {
  const side = inPlace ? PIXELS_IN_PLACE : PIXELS;
  const small = sharp(image).resize({ width: side, height: side, fit: 'inside' }).removeAlpha();
  switch (protocol) {
    case 'kitty':
      // C=1: leave the cursor where it is, so that nothing scrolls.
      return kitty(await small.png().toBuffer(), inPlace ? `,i=${IN_PLACE_ID},p=1,C=1` : '');
    case 'iterm':
      return iterm(await small.png().toBuffer());
    case 'sixel':
      return encodeSixel(small);
  }
}

/** The characters that take the picture away that was drawn in its place; others go with the text that is cleared. */
export const erasePicture = (protocol: PictureProtocol): string =>
  protocol === 'kitty' ? `\u001b_Ga=d,d=I,i=${IN_PLACE_ID},q=2\u001b\\` : '';

function kitty(png: Buffer, moreKeys: string): string {
  const chunks = png.toString('base64').match(new RegExp(`.{1,${KITTY_CHUNK}}`, 'g')) ?? [];
  return chunks
    .map((chunk, index) => {
      const more = index < chunks.length - 1 ? 1 : 0;
      // f=100: PNG; a=T: show at once; q=2: answer nothing.
      const keys = index === 0 ? `f=100,a=T,q=2,r=${PICTURE_ROWS}${moreKeys},m=${more}` : `m=${more}`;
      return `\u001b_G${keys};${chunk}\u001b\\`;
    })
    .join('');
}

const iterm = (png: Buffer): string =>
  `\u001b]1337;File=inline=1;size=${png.length};height=${PICTURE_ROWS};preserveAspectRatio=1:${png.toString('base64')}\u0007`;
