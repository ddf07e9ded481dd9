/**
 * Small pictures inside a terminal, for the terminals that can: kitty's graphics protocol, iTerm's inline images, and
 * sixel. Nothing is asked of the terminal (an answer would land in somebody's shell): the environment tells, and where
 * it does not, there are no pictures.
 *
 * Protocols: https://sw.kovidgoyal.net/kitty/graphics-protocol/, https://iterm2.com/documentation-images.html
 */
import sharp from 'sharp';
import { encodeSixel } from './sixel.js';

export type PictureProtocol = 'kitty' | 'iterm' | 'sixel';

type Environment = Readonly<Record<string, string | undefined>>;

/** Rows of text that a picture takes: small enough to leave the bars in sight. */
const ROWS = 8;
/** Pixels of its longer edge: eight rows on a dense screen. */
const PIXELS = 192;
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

/** The characters that draw an image where the cursor is. Throws sharp's error for what is no image. */
export async function drawPicture(protocol: PictureProtocol, image: Buffer): Promise<string> {
  const small = sharp(image).resize({ width: PIXELS, height: PIXELS, fit: 'inside' }).removeAlpha();
  switch (protocol) {
    case 'kitty':
      return kitty(await small.png().toBuffer());
    case 'iterm':
      return iterm(await small.png().toBuffer());
    case 'sixel':
      return encodeSixel(small);
  }
}

function kitty(png: Buffer): string {
  const chunks = png.toString('base64').match(new RegExp(`.{1,${KITTY_CHUNK}}`, 'g')) ?? [];
  return chunks
    .map((chunk, index) => {
      const more = index < chunks.length - 1 ? 1 : 0;
      // f=100: PNG; a=T: show at once; q=2: answer nothing.
      const keys = index === 0 ? `f=100,a=T,q=2,r=${ROWS},m=${more}` : `m=${more}`;
      return `\u001b_G${keys};${chunk}\u001b\\`;
    })
    .join('');
}

const iterm = (png: Buffer): string =>
  `\u001b]1337;File=inline=1;size=${png.length};height=${ROWS};preserveAspectRatio=1:${png.toString('base64')}\u0007`;
