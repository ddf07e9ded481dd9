/**
 * An image in flight, from a real GPU worker (held at a step by the test) over a real Temporal server and a gallery to a real
 * browser, where it is shown and stopped.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RenditionRequest } from '../../domain/rendition.js';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import { temporalWorkflows } from '../../gallery/temporal-workflows.js';
import { startChromium, type TestBrowser } from '../support/chromium.js';
import { axeFaults, chromium, DESKTOP, nameOf, variantHash } from '../support/gallery-page.js';
import { CUES, SHOW, storeBundle } from '../support/gallery-show.js';
import { requestFor } from '../support/rendering.js';
import { Studio, type WorkerProcess } from '../support/studio.js';

const CUE = CUES.lighthouse;

/** A request with enough steps to be held in the middle. */
const imageFor = (variantId: number, steps = 150): RenditionRequest => ({
  ...requestFor(variantId, { steps, guidance: 3, width: 256, height: 256, previews: true }),
  ...SHOW,
  cueId: CUE,
});

describe.skipIf(chromium === undefined)('an image in flight', () => {
  let studio: Studio;
  let gallery: Gallery;
  let browser: TestBrowser;
  let page: Page;
  let gpu: WorkerProcess;

  beforeAll(async () => {
    studio = await Studio.open();
    await storeBundle(studio.store);
    gallery = await startGallery({
      ...{ store: studio.store, port: 0, scanEveryMs: 50, thumbnailFolder: `${studio.folder}/thumbnails` },
      workflows: temporalWorkflows(studio.environment.client, undefined),
    });
    browser = await startChromium(chromium ?? '');
    page = await (await browser.browser.newContext({ viewport: DESKTOP })).newPage();
    // A bound for a hang: loading the model may take long on a busy machine.
    page.setDefaultTimeout(120_000);
    const machine = studio.machine('seen');
    gpu = await machine.start('gpu');
    await machine.start('uploader');
  });

  afterEach(() => gpu.kill('SIGCONT'));

  afterAll(async () => {
    await browser?.close();
    await gallery?.close();
    await studio?.close();
  });

  const at = (hash: string) => page.goto(gallery.url + hash);
  const drawn = (image: string) =>
    page.locator(image).evaluate((element: { naturalWidth: number }) => element.naturalWidth);

  it('has its newest preview and its step on tile and stage, and can be stopped there', async () => {
    await at('#/gala/v1');
    const run = await studio.generate(imageFor(1));
    const tile = page.locator('.tile.in-flight');
    await tile.locator('img.live').waitFor();
    gpu.kill('SIGSTOP');
    await expect.poll(() => tile.getAttribute('aria-label')).toMatch(/, in flight, step \d+ of 150$/);
    await expect.poll(() => drawn('.tile img.live')).toBe(32);
    expect(await tile.locator('.progress').getAttribute('data-words')).toMatch(/^step \d+ of 150$/);
    expect(await axeFaults(page)).toEqual([]);

    await tile.click();
    const stage = page.locator('.stage[aria-label="In flight"]');
    await stage.locator('img.live').waitFor();
    await expect.poll(() => drawn('.stage img.live')).toBe(32);
    expect(await stage.locator('img').getAttribute('alt')).toBe(nameOf(CUE, 1));
    expect(await page.locator('.live-line .words').textContent()).toMatch(/^Being made: step \d+ of 150\.$/);
    expect(await page.locator('.overlay').isVisible()).toBe(false);
    expect(await axeFaults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Stop this one' }).click();
    await expect.poll(() => page.locator('.live-line .said').textContent()).toContain('is being stopped');
    gpu.kill('SIGCONT');
    await expect(run.result()).rejects.toThrow(/cancelled/i);
    await page.locator('.live-line').waitFor({ state: 'hidden' });
    expect(await page.locator('.overlay').textContent()).toBe('There is no final image yet.');
  });

  it('turns into its replay when it is stored', async () => {
    await at(variantHash(CUE, 2));
    const run = await studio.generate(imageFor(2, 40));
    await page.locator('.stage img.live').waitFor();
    expect(await run.result()).toMatchObject({ status: 'stored' });
    await page.locator('.live-line').waitFor({ state: 'hidden' });
    await page.locator('.stage[aria-label="Replay"] .step').nth(40).waitFor();
    expect(await page.locator('.overlay').isVisible()).toBe(false);
  });

  it('that is a take is shown beside its variant, and can be stopped there', async () => {
    const request = imageFor(4);
    const run = await studio.generate({ ...request, take: request.seed });
    await at(variantHash(CUE, 4));
    const row = page.locator('[aria-label="Takes in flight"] li');
    await row.locator('img.live').waitFor();
    const name = `The take with seed ${request.seed}, being made`;
    expect(await row.locator('img').getAttribute('alt')).toBe(name);
    await expect.poll(() => row.innerText()).toMatch(/^Seed \d+ · step \d+ of 150/);
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: `Stop: seed ${request.seed}` }).click();
    await expect(run.result()).rejects.toThrow(/cancelled/i);
    await row.waitFor({ state: 'detached' });
  });

  it('can be stopped by a key, but not by another site', async () => {
    const run = await studio.generate(imageFor(3));
    await at(variantHash(CUE, 3));
    await page.locator('.stage img.live').waitFor();
    const forged = await fetch(new URL('/api/shows/gala/v1/steer', gallery.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://evil.example' },
      body: JSON.stringify({ action: 'stop', cueId: CUE, variantId: 3 }),
    });
    expect(forged.status).toBe(403);
    await page.keyboard.press('k');
    await expect(run.result()).rejects.toThrow(/cancelled/i);
    await page.locator('.live-line').waitFor({ state: 'hidden' });
  });
});
