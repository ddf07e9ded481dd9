import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawPicture, pictureProtocol } from '../../client/pictures/terminal-picture.js';
import { openPictures } from '../../client/watch/stored-pictures.js';
import { paint } from '../support/gallery-show.js';

/** Replaces the control characters that begin and end a picture by visible ones. */
const visible = (text: string): string => text.replaceAll('\u001b', '␛').replaceAll('\u0007', '␇');

describe('pictures in a terminal', () => {
  it('are drawn only if the environment names a terminal that can draw them', () => {
    expect(pictureProtocol({ TERM: 'xterm-kitty' })).toBe('kitty');
    expect(pictureProtocol({ TERM: 'xterm-256color', TERM_PROGRAM: 'ghostty' })).toBe('kitty');
    expect(pictureProtocol({ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' })).toBe('iterm');
    expect(pictureProtocol({ TERM: 'foot' })).toBe('sixel');
    expect(pictureProtocol({ TERM: 'xterm-256color' })).toBeUndefined();
    expect(pictureProtocol({ TERM: 'screen', KITTY_WINDOW_ID: '1', TMUX: '/tmp/tmux' })).toBeUndefined();
    expect(pictureProtocol({})).toBeUndefined();
  });

  it('are sent to kitty as one PNG, in chunks of the size that it accepts', async () => {
    const drawn = visible(await drawPicture('kitty', await paint(300, 2, 1, 0.5)));
    const chunks = [...drawn.matchAll(/␛_G([^;]*);([^␛]*)␛\\/g)];
    expect(chunks.map(([all]) => all).join('')).toBe(drawn);
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.every(([, , data = '']) => data.length <= 4096)).toBe(true);
    expect(chunks.map(([, keys = '']) => /m=(\d)/.exec(keys)?.[1]).join('')).toMatch(/^1+0$/);
    const png = Buffer.from(chunks.map(([, , data]) => data).join(''), 'base64');
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 192, height: 192 });
  });

  it('are sent to iTerm as one file', async () => {
    const drawn = visible(await drawPicture('iterm', await paint(64, 2, 1, 1)));
    const [, size, data = ''] = /^␛\]1337;File=inline=1;size=(\d+);[^:]*:([^␇]*)␇$/.exec(drawn) ?? [];
    expect(Buffer.from(data, 'base64')).toHaveLength(Number(size));
  });

  it('are the same picture when they are sent as sixels', async () => {
    const image = await paint(192, 2, 1, 1);
    const drawn = decodeSixel(visible(await drawPicture('sixel', image)));
    const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
    expect([drawn.width, drawn.height]).toEqual([info.width, info.height]);
    const errors = drawn.pixels.map((value, index) => Math.abs(value - (data[index] ?? 0)));
    // Sixty-four colours in whole percents.
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(6);
  });

  it('show the image that was just stored; if drawing fails, the command goes on', async () => {
    const notes: string[] = [];
    const image = await paint(32, 1, 1, 1);
    const store = {
      get: async (key: string) => (key.includes('/2/') ? Buffer.from('no image') : image),
    };
    const write = (line: string) => notes.push(visible(line));
    const output = { live: true, note: write, draw: write };
    const pictures = openPictures({ project: 'gala', version: 'v1' }, store, output, { TERM: 'xterm-kitty' });
    const status = (...variantIds: number[]) => ({
      images: variantIds.map((variantId) => ({ cueId: 'c', variantId, phase: 'denoising' as const })),
    });
    await pictures.update(status(1, 2));
    expect(notes).toEqual([]);
    await pictures.update(status(2));
    expect(notes).toEqual(['c #1', expect.stringMatching(/^␛_G/)]);
    await pictures.update(status());
    expect(notes).toHaveLength(2);
  });
});

/** RGB bytes of a sixel picture, as a terminal would read it. */
function decodeSixel(text: string): { width: number; height: number; pixels: number[] } {
  const [, width = 0, height = 0] = (/^␛Pq"1;1;(\d+);(\d+)/.exec(text) ?? []).map(Number);
  const pixels = new Array<number>(width * height * 3).fill(0);
  const palette = new Map<string, number[]>();
  let [left, top, register] = [0, 0, '0'];
  const body = text.replace(/^␛Pq"1;1;\d+;\d+/, '').replace(/␛\\$/, '');
  for (const [token, , colour, run = '1', character = ''] of body.matchAll(
    /(#)(\d+(?:;\d+)*)|!(\d+)(.)|[-$]|[?-~]/g,
  )) {
    if (colour !== undefined) {
      const [name = '0', , ...rgb] = colour.split(';');
      if (rgb.length > 0)
        palette.set(
          name,
          rgb.map((part) => Math.round((Number(part) / 100) * 255)),
        );
      register = name;
    } else if (token === '-') [left, top] = [0, top + 6];
    else if (token === '$') left = 0;
    else {
      const bits = (character || token).charCodeAt(0) - 63;
      for (let count = 0; count < Number(run); count += 1, left += 1)
        for (let row = 0; row < 6; row += 1)
          if (bits & (1 << row))
            palette.get(register)?.forEach((part, channel) => {
              pixels[((top + row) * width + left) * 3 + channel] = part;
            });
    }
  }
  return { width, height, pixels };
}
