/**
 * The gallery during a real run: on an empty store, a person sees the images appear, each first missing, then in flight, then
 * stored, and can generate another take.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import { temporalWorkflows } from '../../gallery/temporal-workflows.js';
import { findChromium, startChromium, type TestBrowser } from '../support/chromium.js';
import { CUE_IDS, writeSmallShow } from './small-show.js';
import { imageDigests } from './stored.js';
import { useStage } from './use-stage.js';

const chromium = findChromium((line) => process.stderr.write(`gallery tests: ${line}\n`));

describe.skipIf(chromium === undefined)('the gallery beside a running show', () => {
  const scene = useStage();
  let gallery: Gallery;
  let browser: TestBrowser;

  beforeAll(async () => {
    const { stage, store } = scene();
    gallery = await startGallery({
      store,
      port: 0,
      thumbnailFolder: join(stage.folder, 'thumbnails'),
      scanEveryMs: 100,
      workflows: temporalWorkflows(stage.client, `${stage.stack.uiUrl}/`),
    });
    browser = await startChromium(chromium ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    await gallery?.close();
  });

  it('follows the show from an empty store to the last image, and generates and chooses another take of one', async () => {
    const { stage, store } = scene();
    const page = await browser.browser.newPage({ viewport: { width: 1360, height: 768 } });
    page.setDefaultTimeout(60_000);
    await page.goto(gallery.url);
    await page.waitForSelector('text=There is no show in');
    const showFile = await writeSmallShow(join(stage.folder, 'show'));
    const ended = stage.pregen('show', 'start', showFile, '--wait');
    await page.waitForSelector('.tile.missing, .tile.in-flight');
    await page.waitForSelector('.tile.in-flight');
    expect(await ended).toMatchObject({ code: 0 });
    const unfinished = async () =>
      (await page.locator('.tile').count()) - (await page.locator('.tile.stored img').count());
    await expect.poll(unfinished, { timeout: 60_000 }).toBe(0);
    await expect.poll(() => page.locator('.counts').textContent()).toMatch(/^\d+ stored$/);

    const before = await imageDigests(store);
    const name = `${CUE_IDS.prompt}/2/final.png`;
    await page.goto(`${gallery.url}#/small/v1/${CUE_IDS.prompt}/2`);
    await page.click('text=Another take');
    await page.waitForSelector('.takes li:has-text("Take it") img');
    await page.click('text=Take it');
    await page.waitForSelector('.toast:has-text("is shown now")');
    await expect
      .poll(async () => (await imageDigests(store))[name], { timeout: 60_000 })
      .not.toBe(before[name]);
    await page.waitForSelector('aside:has-text("stored: all its objects are stored")');
  });
});
