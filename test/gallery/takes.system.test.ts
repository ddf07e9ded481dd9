/**
 * Takes in a real browser, on a real Temporal server with workers and the demo model: generated, compared, chosen, put back,
 * discarded.
 */
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeDecisions } from '../../bookkeeping/decisions.js';
import { listTakes } from '../../bookkeeping/takes.js';
import { finalKey } from '../../domain/object-keys.js';
import { DEFAULT_RETRY_LIMITS } from '../../domain/retry-limits.js';
import { bundleKey } from '../../domain/show-bundle.js';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import { temporalWorkflows } from '../../gallery/temporal-workflows.js';
import { startChromium, type TestBrowser } from '../support/chromium.js';
import { axeFaults, chromium, DESKTOP } from '../support/gallery-page.js';
import { requestFor } from '../support/rendering.js';
import { Studio } from '../support/studio.js';

const REQUEST = requestFor(1);
const { project, version, cueId, settings } = REQUEST;
const AT = { project, version, cueId, variantId: 1 };

describe.skipIf(chromium === undefined)('takes in a browser', () => {
  let studio: Studio;
  let browser: TestBrowser;
  let gallery: Gallery;
  let page: Page;

  beforeAll(async () => {
    studio = await Studio.open();
    const machine = studio.machine('one');
    await Promise.all([machine.start('gpu'), machine.start('uploader')]);
    await putBundle();
    await (await studio.generate(REQUEST)).result();
    gallery = await startGallery({
      ...{ store: studio.store, port: 0, thumbnailFolder: `${studio.folder}/thumbnails`, scanEveryMs: 50 },
      workflows: temporalWorkflows(studio.environment.client, undefined),
    });
    browser = await startChromium(chromium ?? '');
    page = await (await browser.browser.newContext({ viewport: DESKTOP })).newPage();
  });

  afterAll(async () => {
    await browser?.close();
    await gallery?.close();
    await studio?.close();
  });

  async function putBundle(): Promise<void> {
    const { program, prompt = '', model, ...how } = settings;
    const { name, showDirectory, ...profile } = model;
    const json = JSON.stringify({
      show: {
        ...{
          project,
          version,
          cues: 'cues.json',
          models: { [name]: profile },
          patience: DEFAULT_RETRY_LIMITS,
        },
        ...{ programs: { [program]: { model: name, ...how } }, variants: { prompt: 1 } },
      },
      cues: [{ index: 3, action: 'prompt', cueId, program, prompt }],
      ...{ images: {}, families: {}, showDirectory },
    });
    const sha256 = createHash('sha256').update(json).digest('hex');
    await studio.store.put(bundleKey(AT, sha256), Buffer.from(json), { contentType: 'application/json' });
  }

  const rows = () => page.locator('.takes ul:not([aria-label]) li').allInnerTexts();
  const shownSeed = async () => (await listTakes(studio.store, AT)).find(({ chosen }) => chosen)?.seed;
  const final = (take?: number) => studio.store.get(finalKey(take === undefined ? AT : { ...AT, take }));

  it('are generated, compared, chosen, put back and discarded; an approval does not apply to another take', async () => {
    await page.goto(`${gallery.url}#/${project}/${version}/${cueId}/1`);
    await expect.poll(rows).toEqual([expect.stringContaining(`Seed ${REQUEST.seed}`)]);
    await page.keyboard.press('p');
    await page.waitForSelector('.review .verdict:has-text("approved")');
    const before = await final();
    await page.click('text=Another take');
    await expect.poll(async () => (await rows()).length).toBe(2);
    expect(await final()).toEqual(before);
    const take = (await listTakes(studio.store, AT)).find(({ chosen }) => !chosen)?.seed ?? 0;
    await page.waitForSelector(`img[alt="The take with seed ${take}"]`);
    expect(await axeFaults(page)).toEqual([]);

    await page.click('text=Compare >> nth=-1');
    await page.waitForSelector(`.compare button:has-text("take ${take}")`);
    await expect.poll(() => page.locator('.picture canvas').count()).toBe(2);
    await expect.poll(() => page.locator('.overlay:visible').count()).toBe(0);
    await page.keyboard.press('p');
    await page.waitForSelector('text=This is a take beside its variant');

    await page.keyboard.press('t');
    await page.waitForSelector('.variant');
    await page.waitForSelector(`.takes li:has(strong):has-text("Seed ${take}")`);
    expect(await shownSeed()).toBe(take);
    expect(await final()).toEqual(await final(take));
    await page.waitForSelector('.review .verdict:has-text("undecided")');

    await page.click('.takes >> text=Back');
    await page.waitForSelector(`.takes li:has(strong):has-text("Seed ${REQUEST.seed}")`);
    expect(await final()).toEqual(before);
    await page.click(`[aria-label="Discard: seed ${take}"]`);
    await expect.poll(async () => (await rows()).length).toBe(1);
    expect((await listTakes(studio.store, AT)).length).toBe(1);
  });

  it('are listed and discarded without a Temporal server, and the page says why no more can be done', async () => {
    const alone = await startGallery({
      ...{ store: studio.store, port: 0, thumbnailFolder: `${studio.folder}/thumbnails` },
    });
    await page.goto(`${alone.url}#/${project}/${version}/${cueId}/1`);
    await page.waitForSelector('text=No Temporal server is connected: takes cannot be made or chosen here.');
    expect(await page.locator('text=Another take').count()).toBe(0);
    await changeDecisions(studio.store, AT, cueId, [{ variantId: 1, verdict: null }]);
    await alone.close();
  });
});
