import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { filmFrames } from '../../client/pictures/film-frames.js';
import { filmSize, readPictures, readTimeline } from '../../client/pictures/film-pictures.js';
import { filmFormat } from '../../client/pictures/formats.js';
import { renderSheetPage } from '../../client/pictures/render-sheet.js';
import { lineHeight, MAX_PAGE_PIXELS, sheetPages } from '../../client/pictures/sheet-pages.js';
import { Thumbnails } from '../../gallery/thumbnails.js';
import { timelineOf, UNTIMED } from '../../replay/timeline.js';
import { openStore } from '../../storage/open-store.js';
import { CUES, FINAL_MS, FLAWS, SHOW, STEP_MS, storeVariant } from '../support/gallery-show.js';
import { temporaryFolder } from '../support/temp-folder.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const PACE = { speed: 1, holdMs: 1000, unitMs: 1, shortestMs: 20 };
const lengthOf = (frames: readonly { durationMs: number }[]): number =>
  frames.reduce((sum, { durationMs }) => sum + durationMs, 0);

describe('film frames', () => {
  const timeline = timelineOf({ stepDurations: { 1: 104, 2: 104, 3: 104, 4: 104, final: 104 } });

  it('last as long as the steps did, and hold the final image', () => {
    expect(filmFrames(timeline, PACE)).toEqual([
      { file: undefined, durationMs: 104 },
      { file: '1.png', durationMs: 104 },
      { file: '2.png', durationMs: 104 },
      { file: '3.png', durationMs: 104 },
      { file: '4.png', durationMs: 104 },
      { file: 'final.png', durationMs: 1000 },
    ]);
  });

  it('round boundaries, so that a coarse clock does not drift', () => {
    const frames = filmFrames(timeline, { ...PACE, unitMs: 10 });
    expect(frames.map(({ durationMs }) => durationMs)).toEqual([100, 110, 100, 110, 100, 1000]);
  });

  it('leave out frames that are too short to be shown, without changing the total duration', () => {
    const hasty = timelineOf({ stepDurations: { 1: 3, 2: 15, 3: 100, 4: 4, final: 90 } });
    const frames = filmFrames(hasty, PACE);
    expect(frames.map(({ file }) => file)).toEqual(['2.png', '4.png', 'final.png']);
    expect(lengthOf(frames)).toBe(212 + 1000);
    expect(lengthOf(filmFrames(timeline, { ...PACE, speed: 10 }))).toBe(52 + 1000);
  });

  it('are the final image alone if the pace is not known', () => {
    expect(filmFrames(UNTIMED, PACE)).toEqual([{ file: 'final.png', durationMs: 1000 }]);
  });
});

describe('a film', () => {
  const address = { ...SHOW, cueId: CUES.lighthouse, variantId: 1 };

  async function makeFilm(extension: string) {
    const folder = await temporaryFolder();
    const store = openStore(`file:${folder}/store`);
    await storeVariant(store, address, 1, true);
    const lost = `gala/v1/cues/${address.cueId}/${address.variantId}/2.png`;
    await store.delete(lost);
    const format = filmFormat(extension);
    if (format === undefined) throw new Error(`no format ${extension}`);
    const frames = filmFrames(await readTimeline(store, address), { ...PACE, ...format });
    const pictures = await readPictures(store, address, frames, await filmSize(store, address, 64));
    const path = join(folder, `film${extension}`);
    const write = () =>
      format.write(
        path,
        pictures,
        frames.map(({ durationMs }) => durationMs),
        true,
      );
    return { path, write };
  }

  it.each(['.webp', '.gif'])(
    'has every picture at its own pace as %s, black where one is missing',
    async (extension) => {
      const { path, write } = await makeFilm(extension);
      await write();
      const { pages, delay, loop, width, pageHeight } = await sharp(path, { animated: true }).metadata();
      expect({ pages, loop, width, pageHeight }).toEqual({ pages: 8, loop: 0, width: 64, pageHeight: 64 });
      expect(delay).toEqual([...STEP_MS, FINAL_MS, 1000]);
      const { channels } = await sharp(path, { page: 2 }).stats();
      expect(Math.max(...channels.slice(0, 3).map(({ max }) => max))).toBe(0);
    },
  );

  it.skipIf(!hasFfmpeg)('has every picture at its own pace as .mp4', async () => {
    const { path, write } = await makeFilm('.mp4');
    await write();
    const probe = spawnSync('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'packet=pts_time',
      '-of',
      'csv=p=0',
      path,
    ]);
    const times = String(probe.stdout)
      .trim()
      .split(/\s+/)
      .map((line) => Math.round(Number.parseFloat(line) * 1000));
    expect(times.sort((a, b) => a - b).slice(0, 8)).toEqual([0, 180, 240, 330, 390, 510, 570, 700]);
  });

  it('says what to do if ffmpeg is missing', async () => {
    const { write } = await makeFilm('.mp4');
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      await expect(write()).rejects.toThrow('MP4 needs ffmpeg, which is not on PATH');
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('a contact sheet', () => {
  const cue = (cueId: string, variants: number) => ({
    cueId,
    program: 'P3B',
    prompt: 'a lighthouse',
    variants,
  });

  it('has several pages if it is large, none of which ends with a heading', () => {
    const shape = { columns: 10, tile: 160 };
    const pages = sheetPages(
      Array.from({ length: 120 }, (_, index) => cue(`prompt_${index}`, 50)),
      shape,
    );
    expect(pages.length).toBeGreaterThan(10);
    for (const page of pages) {
      const height = page.reduce((sum, line) => sum + lineHeight(line, shape), 0);
      expect(height).toBeLessThanOrEqual(MAX_PAGE_PIXELS);
      expect(page.at(-1)?.kind).toBe('row');
    }
    const variants = pages.flat().flatMap((line) => (line.kind === 'row' ? line.variantIds : []));
    expect(variants).toHaveLength(6000);
    expect(sheetPages([], shape)).toEqual([]);
  });

  it('shows stored images, and empty tiles for damaged or missing ones', async () => {
    const folder = await temporaryFolder();
    const store = openStore(`file:${folder}/store`);
    await storeVariant(store, { cueId: CUES.lighthouse, variantId: 1 }, 1, false);
    const keyOf = (variantId: number) => `gala/v1/cues/${CUES.lighthouse}/${variantId}/final.png`;
    await store.put(keyOf(2), Buffer.from('no image'), { contentType: 'image/png' });
    const shape = { columns: 3, tile: 96 };
    const [page = []] = sheetPages([cue(FLAWS.missing.cueId, 3)], shape);
    const png = await renderSheetPage(page, shape, {
      show: SHOW,
      thumbnails: new Thumbnails(store, `${folder}/thumbnails`),
      stampOf: (key) => (key === keyOf(3) ? undefined : 'stamp'),
    });
    const { width, height } = await sharp(png).metadata();
    expect({ width, height }).toEqual({ width: 16 * 2 + 3 * 96, height: 16 * 2 + 44 + 96 });
    const colours = async (column: number) => {
      const tile = { left: 16 + column * 96 + 40, top: 16 + 44 + 40, width: 40, height: 40 };
      return (await sharp(await sharp(png).extract(tile).png().toBuffer()).stats()).entropy;
    };
    expect(await colours(0)).toBeGreaterThan(0);
    expect(await colours(1)).toBe(0);
    expect(await colours(2)).toBe(0);
  });

  it('numbers every tile, with or without an image', async () => {
    const store = openStore(`file:${await temporaryFolder()}`);
    const white = sharp({ create: { width: 96, height: 96, channels: 3, background: '#fff' } });
    const key = `gala/v1/cues/${CUES.lighthouse}/1/final.png`;
    await store.put(key, await white.png().toBuffer(), { contentType: 'image/png' });
    const shape = { columns: 2, tile: 96 };
    const [page = []] = sheetPages([cue(CUES.lighthouse, 2)], shape);
    const png = await renderSheetPage(page, shape, {
      show: SHOW,
      thumbnails: new Thumbnails(store, await temporaryFolder()),
      stampOf: (wanted) => (wanted === key ? 'stamp' : undefined),
    });
    const corner = async (column: number, top: number) => {
      const tile = { left: 16 + column * 96 + 2, top: 16 + 44 + top, width: 14, height: 18 };
      return (await sharp(await sharp(png).extract(tile).png().toBuffer()).stats()).entropy;
    };
    expect(await corner(0, 2)).toBe(0);
    expect(await corner(0, 70)).toBeGreaterThan(0);
    expect(await corner(1, 70)).toBeGreaterThan(0);
  });
});
