import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRecord } from '../../bookkeeping/records.js';
import { readPageFiles } from '../../gallery/page-files.js';
import { exportGallery } from '../../gallery/static-export.js';
import { Thumbnails } from '../../gallery/thumbnails.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { findChromium, startChromium } from '../support/chromium.js';
import { serveFolder } from '../support/file-server.js';
import { CUES, FACTS, FLAWS, SHOW, storeShow } from '../support/gallery-show.js';

const chromium = findChromium((line) => process.stderr.write(`gallery tests: ${line}\n`));

describe('the static export', () => {
  let folder: string;
  let store: ObjectStore;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    store = openStore(`file:${folder}/store`);
    await storeShow(store);
    const record = { seed: 42, fingerprint: 'abc', previews: 6, durationMs: 700 };
    await writeRecord(store, { ...SHOW, cueId: CUES.hostile, variantId: 2 }, record, {});
  });

  afterAll(async () => {
    store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const exportTo = async (target: ObjectStore) =>
    exportGallery({
      show: SHOW,
      facts: FACTS,
      source: store,
      target,
      thumbnails: new Thumbnails(store, `${folder}/thumbnails`),
      pageFiles: await readPageFiles(),
    });

  const keysOf = async (of: ObjectStore, prefix: string): Promise<string[]> => {
    const keys = [];
    for await (const { key } of of.list(prefix)) keys.push(key);
    return keys;
  };

  it('writes the page, the index and thumbnails outside of cues/, and names unreadable images', async () => {
    const before = await keysOf(store, 'gala/v1/cues/');
    const { key, images, damaged } = await exportTo(store);
    const seeds = String(await store.get('gala/v1/pregen/gallery/shows/gala/v1/seeds.json'));
    expect(JSON.parse(seeds)).toEqual({ cues: [[CUES.hostile, [[2, 42]]]] });
    for (const file of ['gallery.json', 'shows.json', 'shows/gala/v1.json'])
      expect(String(await store.get(`gala/v1/pregen/gallery/${file}`))).not.toContain(folder);
    expect(key).toBe('gala/v1/pregen/gallery/index.html');
    expect(images).toBe(18);
    const { cueId, variantId } = FLAWS.damagedFinal;
    expect(damaged).toEqual([`gala/v1/cues/${cueId}/${variantId}/final.png`]);
    expect(await keysOf(store, 'gala/v1/cues/')).toEqual(before);
    expect(await keysOf(store, 'gala/v1/pregen/gallery/thumbs/')).toHaveLength(18);
  });

  it('copies the images to another store, and a repetition copies nothing twice', async () => {
    const target = openStore(`file:${folder}/other`);
    await exportTo(target);
    expect(await keysOf(target, 'gala/v1/cues/')).toEqual(await keysOf(store, 'gala/v1/cues/'));
    const writtenMs = (await target.head(`gala/v1/cues/${CUES.odd}/1/final.png`))?.modifiedAt?.getTime();
    await exportTo(target);
    const againMs = (await target.head(`gala/v1/cues/${CUES.odd}/1/final.png`))?.modifiedAt?.getTime();
    expect(againMs).toBe(writtenMs);
    target.close();
  });

  it.skipIf(chromium === undefined)('says what it needs when it is opened as a file', async () => {
    const { key } = await exportTo(openStore(`file:${folder}/opened`));
    const { browser, close } = await startChromium(chromium ?? '');
    try {
      const page = await browser.newPage();
      await page.goto(`file://${folder}/opened/${key}`);
      await page.waitForSelector('text=Serve the folder', { state: 'visible' });
    } finally {
      await close();
    }
  });

  it.skipIf(chromium === undefined)('is the whole gallery from a plain file server', async () => {
    const target = openStore(`file:${folder}/bucket`);
    const { key } = await exportTo(target);
    const server = await serveFolder(`${folder}/bucket`);
    const { browser, close } = await startChromium(chromium ?? '');
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(`${server.url}${key}`);
      await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(20);
      await expect
        .poll(() => page.evaluate('[...document.images].filter((image) => image.naturalWidth === 96).length'))
        .toBe(18);
      await expect.poll(() => page.locator('.connection').count()).toBe(0);
      await page.locator('[aria-label="an odd name, variant 2, stored"]').click();
      await page.waitForSelector('text=FlowMatchEulerDiscreteScheduler');
      await page.keyboard.press('9');
      await page.keyboard.press('Space');
      await page.waitForSelector('.step[aria-current]:has-text("final")');
      await page.keyboard.press('r');
      await page.waitForSelector('text=No Temporal server is connected');
      expect(errors).toEqual([]);
      const { cueId, variantId } = FLAWS.damagedFinal;
      expect(new Set(server.missed)).toEqual(
        new Set([`/gala/v1/pregen/gallery/thumbs/gala/v1/${cueId}/${variantId}.webp`]),
      );
    } finally {
      await close();
      server.close();
      target.close();
    }
  });
});
