/**
 * Deciding in a real browser: on the stage, on many variants at once, undoing, together with another person, and while the gallery
 * is restarted.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { changeDecisions, readCueDecisions } from '../../bookkeeping/decisions.js';
import { startGallery } from '../../gallery/gallery.js';
import { axeFaults, chromium, cueHash, useGallery, variantHash } from '../support/gallery-page.js';
import { CUES, recordImage, SHOW } from '../support/gallery-show.js';

const CUE = CUES.odd;
const OTHER = CUES.hostile;

describe.skipIf(chromium === undefined)('decisions in a browser', () => {
  const opened = useGallery({
    fill: async (store) => {
      for (const cueId of [CUE, OTHER])
        for (const variantId of [1, 2, 3, 4])
          await recordImage(store, { cueId, variantId }, variantId === 4 ? { prompt: 'other words' } : {});
    },
  });
  let page: ReturnType<typeof opened>['page'];
  beforeEach(async () => {
    ({ page } = opened());
    const { store } = opened();
    for (const cueId of [CUE, OTHER]) {
      const decided = [...(await readCueDecisions(store, SHOW, cueId)).keys()];
      const changes = decided.map((variantId) => ({ variantId, verdict: null, note: null }));
      if (changes.length > 0) await changeDecisions(store, SHOW, cueId, changes);
    }
  });

  const tile = (variantId: number, rest: string) => opened().tile(CUE, variantId, rest);
  const decided = async (variantId: number) =>
    (await readCueDecisions(opened().store, SHOW, CUE)).get(variantId);
  const verdictShown = () => page.locator('.review .verdict').textContent();

  it('are made on the grid for several variants at once, counted, filtered by, and undone', async () => {
    await opened().open(cueHash(CUE));
    await expect.poll(() => page.locator('.about').textContent()).toContain('4 undecided');
    expect(await tile(4, ', stored, stale: prompt changed').count()).toBe(1);
    for (const variantId of [1, 2]) await tile(variantId, ', stored').click({ modifiers: ['ControlOrMeta'] });
    await page.keyboard.press('p');
    await tile(1, ', stored, approved').waitFor();
    await tile(2, ', stored, approved').waitFor();
    await expect.poll(() => page.locator('.about').textContent()).toContain('2 undecided');
    await page.keyboard.press('Escape');
    await tile(3, ', stored').click({ modifiers: ['ControlOrMeta'] });
    await page.keyboard.press('x');
    await tile(3, ', stored, rejected').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.selectOption('[aria-label=Decision]', 'approved');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(2);
    expect(opened().place()).toBe(`#/gala/v1/${CUE}?review=approved`);
    await page.selectOption('[aria-label=Decision]', 'stale');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1);
    await page.click('text=Show all');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.sheet');
    // Of 20 variants one is missing and one is incomplete.
    await expect
      .poll(() => page.locator('.ready').textContent())
      .toBe('ready: 2 approved, 15 undecided, 1 rejected, 2 missing');
    await page.keyboard.press('u');
    await expect.poll(() => page.locator('.ready').textContent()).toContain('0 rejected');
    await page.keyboard.press('u');
    await expect.poll(() => page.locator('.ready').textContent()).toContain('0 approved');
    await page.keyboard.press('u');
    await page.waitForSelector('text=There is no decision of this browser to take back.');
  });

  it('on the stage lead to the next undecided variant, may have a note, and can be undone', async () => {
    await opened().open(variantHash(CUE, 1));
    await page.fill('[aria-label=Note]', 'the better sea');
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await expect.poll(() => opened().place()).toBe(`#/gala/v1/${CUE}/2`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('x');
    await expect.poll(() => opened().place()).toBe(`#/gala/v1/${CUE}/4`);
    await page.waitForSelector('text=stale: prompt changed');
    await page.keyboard.press('p');
    await expect.poll(() => opened().place()).toBe(`#/gala/v1/${CUES.slider}/1`);
    await expect.poll(() => decided(1)).toMatchObject({ verdict: 'approved', note: 'the better sea' });
    await expect.poll(() => decided(3)).toMatchObject({ verdict: 'rejected' });
    await expect.poll(() => decided(4)).toMatchObject({ verdict: 'approved' });
    await page.keyboard.press('u');
    await expect.poll(() => opened().place()).toBe(`#/gala/v1/${CUE}/4`);
    await expect.poll(verdictShown).toBe('undecided');
    await page.keyboard.press('u');
    await expect.poll(() => opened().place()).toBe(`#/gala/v1/${CUE}/3`);
    expect(await decided(3)).toBeUndefined();
    await page.goto(`${opened().gallery.url}${variantHash(CUE, 1)}`);
    await expect.poll(verdictShown).toBe('★ approved');
    expect(await page.inputValue('[aria-label=Note]')).toBe('the better sea');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('of another person are shown and announced, and never undone', async () => {
    await opened().open(variantHash(CUE, 1));
    // The gallery has noticed that the decisions of the test before are deleted.
    await page.waitForSelector('.review .verdict:has-text("undecided")');
    const other = await page.context().newPage();
    other.setDefaultTimeout(120_000);
    // This page's view is outdated.
    await other.route('**/events*', (route) => route.abort());
    await other.goto(`${opened().gallery.url}${variantHash(CUE, 1)}`);
    await other.waitForSelector('.review .verdict:has-text("undecided")');
    // The page does not read again by itself, so this holds on slow machines, too.
    const looks = (url: URL) => url.pathname.startsWith('/api/') && url.pathname.endsWith('.json');
    await other.route(looks, (route) => route.abort());
    await page.bringToFront();
    await page.keyboard.press('x');
    await expect.poll(() => decided(1)).toMatchObject({ verdict: 'rejected' });
    await other.bringToFront();
    await other.keyboard.press('p');
    await other.waitForSelector('.toast:has-text("it is rejected now")');
    await other.unroute(looks);
    await other.keyboard.press('ArrowUp');
    await other.waitForSelector('.review .verdict:has-text("rejected")');
    await other.keyboard.press('u');
    await other.waitForSelector('.toast:has-text("no decision of this browser")');
    expect(await decided(1)).toMatchObject({ verdict: 'rejected' });

    await page.bringToFront();
    const { store } = opened();
    await changeDecisions(store, SHOW, CUE, [{ variantId: 1, verdict: 'approved' }]);
    await page.keyboard.press('u');
    await page.waitForSelector('.toast:has-text("it is approved now")');
    expect(await decided(1)).toMatchObject({ verdict: 'approved' });
  });

  it('are sent again when the gallery has been restarted', async () => {
    const { store, folder } = opened();
    const thumbnailFolder = `${folder}/thumbnails`;
    const first = await startGallery({ store, port: 0, thumbnailFolder, scanEveryMs: 50 });
    await page.goto(`${first.url}${variantHash(CUE, 2)}`);
    await page.waitForSelector('.review .verdict:has-text("undecided")');
    await first.close();
    await page.keyboard.press('p');
    await page.waitForSelector('.toast:has-text("The gallery does not answer")');
    const port = Number(new URL(first.url).port);
    const second = await startGallery({ store, port, thumbnailFolder, scanEveryMs: 50 });
    await expect.poll(() => decided(2)).toMatchObject({ verdict: 'approved' });
    await expect.poll(() => page.locator('.toast').count()).toBe(0);
    await second.close();
  });
});
