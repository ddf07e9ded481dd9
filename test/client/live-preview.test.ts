import { PassThrough } from 'node:stream';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { encodeLivePicture } from '../../activities/denoise/live-picture.js';
import type { ShowStatus } from '../../client/status/show-status.js';
import { openBars } from '../../client/watch/progress-bars.js';
import { NOTHING_IN_FLIGHT } from '../../live/images-in-flight.js';

/** A terminal that records its lines, and the lines in which pictures begin. */
class Screen extends PassThrough {
  readonly isTTY = true;
  readonly columns = 100;
  readonly lines: string[] = [];
  readonly pictures: { row: number; keys: string; data: string }[] = [];
  readonly erased: string[] = [];
  private row = 0;
  private saved = 0;

  constructor(readonly rows: number) {
    super();
    this.setEncoding('utf8').on('data', (text: string) => this.show(text.replaceAll('\u001b', '␛')));
  }

  private show(text: string): void {
    const parts = /␛_G([^;␛]*);?([^␛]*)␛\\|␛\[(\d*)([A-Z])|␛([78])|␛\S+?[hl]|\r|\n|[^␛\r\n]+/g;
    for (const [all, keys, data = '', count, verb, cursor] of text.matchAll(parts)) {
      if (keys?.startsWith('a=d')) this.erased.push(keys);
      else if (keys !== undefined) this.pictures.push({ row: this.row, keys, data });
      else if (verb === 'A') this.row -= Number(count || 1);
      else if (verb === 'J') this.lines.length = this.row;
      else if (cursor === '7') this.saved = this.row;
      else if (cursor === '8') this.row = this.saved;
      else if (all === '\n') this.row += 1;
      else if (!/^[␛\r]/.test(all)) this.lines[this.row] = all.trimEnd();
    }
  }
}

async function watching(rows: number, environment: Record<string, string>) {
  const screen = new Screen(rows);
  let note = (_line: string) => {};
  const display = openBars(
    { redirectNotes: (writer) => (note = writer ?? note) },
    { stream: screen as unknown as NodeJS.WriteStream, environment },
  );
  const image = { data: new Uint8Array(32 * 24 * 3).fill(99), width: 32, height: 24 };
  const webp = (await encodeLivePicture(image)) ?? '';
  const denoising = (step: number) => ({
    ...{ cueId: 'prompt_1_00_00_10', variantId: 2, phase: 'denoising' as const, step, of: 20 },
    picture: { step, webp },
  });
  const status = (step: number): ShowStatus => ({
    ...{ workflowId: 'w', state: 'running', variants: 9, stored: 1, degraded: 0, failed: 0, cancelled: 0 },
    ...{ failures: [], uploading: 0, ...NOTHING_IN_FLIGHT, images: [denoising(step)] },
  });
  return { screen, display, status, note: (line: string) => note(line) };
}

it('draws the newest live picture below the progress bars, in the lines kept free for it, if the terminal can draw pictures', async () => {
  const { screen, display, status, note } = await watching(40, { TERM: 'xterm-kitty' });
  display.update(status(3));
  await expect.poll(() => screen.lines.join()).toContain('prompt_1_00_00_10 #2');
  await expect
    .poll(() => {
      display.update(status(4));
      return screen.pictures.length;
    })
    .toBeGreaterThan(1);
  note('a remark that moves everything down');
  const before = screen.pictures.length;
  await expect.poll(() => screen.pictures.length).toBeGreaterThan(before);
  const caption = screen.lines.findLastIndex((line) => line.startsWith('prompt_1_00_00_10 #2, step 4'));
  const { row, keys, data } = screen.pictures.at(-1) ?? { row: 0, keys: '', data: '' };
  expect(row).toBe(caption + 1);
  expect(screen.lines.slice(row).join('')).toBe('');
  expect(screen.lines[0]).toBe('a remark that moves everything down');
  expect(keys).toMatch(/a=T,.*i=7233,p=1,C=1/);
  expect(await sharp(Buffer.from(data, 'base64')).metadata()).toMatchObject({ width: 96, height: 72 });
  display.stop();
  await expect.poll(() => screen.erased).toEqual(['a=d,d=I,i=7233,q=2']);
  expect(screen.lines).toEqual(['a remark that moves everything down']);
});

it.each([
  ['shows no pictures', 40, { TERM: 'xterm-256color' }],
  ['is too low for one', 14, { TERM: 'xterm-kitty' }],
])('a terminal that %s gets bars alone', async (_, rows, environment) => {
  const { screen, display, status } = await watching(rows, environment);
  display.update(status(3));
  await expect.poll(() => screen.lines.join()).toContain('3/20 denoising');
  display.update(status(5));
  await expect.poll(() => screen.lines.join()).toContain('5/20 denoising');
  display.stop();
  expect(screen.pictures).toEqual([]);
});

it('prints a remark that comes just before the end', async () => {
  const { screen, display, status, note } = await watching(40, {});
  display.update(status(3));
  note('the last word');
  display.stop();
  await expect.poll(() => screen.lines).toEqual(['the last word']);
});
