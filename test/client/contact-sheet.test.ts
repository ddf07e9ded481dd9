import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { renderContactSheet } from '../../client/pictures/contact-sheet.js';
import { spread } from '../../client/pictures/preview-strip.js';
import { readCues } from '../../domain/cue-sheet.js';
import { readShowFile } from '../../domain/show-file.js';
import { planCues } from '../../domain/show-plan.js';
import { openStore } from '../../storage/open-store.js';
import { cues, show } from '../support/show-folder.js';
import { temporaryFolder } from '../support/temp-folder.js';

const tasks = planCues(readShowFile(show), readCues(cues), { showDirectory: '/', images: {} });
const RED = { r: 250, g: 10, b: 20 };

async function redSquare(size: number): Promise<Buffer> {
  return sharp({ create: { width: size, height: size, channels: 3, background: RED } })
    .png()
    .toBuffer();
}

describe('the contact sheet', () => {
  it('shows stored variants, leaves out missing ones, and adds a strip of previews', async () => {
    const store = openStore(`file:${await temporaryFolder()}`);
    const put = (name: string, body: Buffer) =>
      store.put(`test/v1/cues/prompt_1_00_00_10/${name}`, body, { contentType: 'image/png' });
    await put('1/1.png', await redSquare(8));
    await put('1/2.png', await redSquare(8));
    await put('1/final.png', await redSquare(64));
    const without = await sharp(await renderContactSheet('test <&>', tasks, store)).metadata();
    await put('1/timing.json', Buffer.from('{"stepDurations":{"1":30,"2":20,"final":5}}'));
    const sheet = sharp(await renderContactSheet('test <&>', tasks, store));
    const { height, width } = await sheet.metadata();
    expect(height).toBeGreaterThan(without.height);
    const { data, info } = await sheet.raw().toBuffer({ resolveWithObject: true });
    let red = 0;
    for (let at = 0; at < data.length; at += info.channels)
      if (data[at] === RED.r && data[at + 1] === RED.g && data[at + 2] === RED.b) red++;
    // One thumbnail of 128 pixels but for the number in its corner, and a strip of three squares as wide as the sheet.
    const NUMBER = 20 * 20;
    const least = 128 * 128 - NUMBER + 3 * (width / 4) ** 2;
    expect(red).toBeGreaterThan(least);
  });

  it('picks previews evenly, the first and the last among them', () => {
    expect(spread([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 4)).toEqual([1, 4, 7, 10]);
    expect(spread([1, 2], 9)).toEqual([1, 2]);
  });
});
