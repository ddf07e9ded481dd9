/**
 * The desk of a show in a real browser, with a real server and a device that the test controls: its buttons take effect on the
 * server.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURE_TYPES } from '../../domain/failure-types.js';
import { showProgressQuery } from '../../domain/messages.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import { temporalWorkflows } from '../../gallery/temporal-workflows.js';
import { startChromium, type TestBrowser } from '../support/chromium.js';
import { axeFaults, chromium, DESKTOP } from '../support/gallery-page.js';
import { makeGate } from '../support/gate.js';
import { pregen } from '../support/pregen.js';
import { writeShow } from '../support/show-folder.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { heartbeating } from '../workflows/fake-machine.js';
import { useRig } from '../workflows/rig.js';
import { sampleRendition } from '../workflows/samples.js';

const DESK = '#/test/v1/-/desk';
const CUE = 'prompt_1_00_00_10';
const FAILED = 'a boat, variant 1';

const rig = useRig();

describe.skipIf(chromium === undefined)('the desk of a show', () => {
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    browser = await startChromium(chromium ?? '');
    page = await (await browser.browser.newContext({ viewport: DESKTOP })).newPage();
    page.setDefaultTimeout(60_000);
  });
  afterAll(() => browser?.close());

  const galleryOf = async (withTemporal: boolean): Promise<Gallery> => {
    const { client, store } = rig();
    const workflows = withTemporal ? { workflows: temporalWorkflows(client, undefined) } : {};
    const options = { store, port: 0, scanEveryMs: 50, thumbnailFolder: await temporaryFolder() };
    return startGallery({ ...options, ...workflows });
  };
  const state = () => page.locator('.desk h2').textContent();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const progress = () => rig().client.workflow.getHandle('pregen/test/v1').query(showProgressQuery);

  it('steers the show, shows why a variant failed, and retries it', async () => {
    const gate = makeGate();
    let mended = false;
    const denoise = async (request: RenditionRequest): Promise<Rendition> => {
      await heartbeating(Promise.race([gate.open, Context.current().cancelled]));
      if (mended || request.cueId !== CUE || request.variantId > 2) return sampleRendition(request);
      throw ApplicationFailure.nonRetryable('NaN', FAILURE_TYPES.nonFiniteLatents);
    };
    await rig().withMachine({ denoise }, async () => {
      const cwd = await writeShow();
      const started = await pregen(['show', 'start', 'show.yaml', '--window', '1'], { cwd, env: rig().env });
      expect(started).toMatchObject({ code: 0 });
      const gallery = await galleryOf(true);
      await page.goto(gallery.url + DESK);

      await expect.poll(state).toBe('The show is running.');
      await press('Pause');
      await expect.poll(state).toBe('The show is paused.');
      expect(await progress()).toMatchObject({ phase: 'paused' });
      await press('Resume');
      await expect.poll(state).toBe('The show is running.');
      await page.getByLabel('In flight at most').fill('3');
      await press('Set');
      await expect.poll(async () => (await progress()).window).toBe(3);
      await press('Pause a boat');
      await page.getByRole('button', { name: 'Resume a boat' }).waitFor();
      expect((await progress()).pausedCues).toEqual([CUE]);
      expect(await axeFaults(page)).toEqual([]);
      await press('Resume a boat');
      await expect.poll(async () => (await progress()).pausedCues ?? []).toEqual([]);

      await page.goto(`${gallery.url}#/test/v1/transcript_0_00_00_05/2`);
      await expect.poll(() => page.locator('.live-line .words').textContent()).toBe('Waits for a GPU.');
      expect(await axeFaults(page)).toEqual([]);
      await press('Stop this one');
      await page.locator('.live-line').waitFor({ state: 'hidden' });
      await page.goto(gallery.url + DESK);

      gate.release();
      await expect
        .poll(state)
        .toMatch(/^The show is not running\. The last run: .*2 failed, 1 were cancelled/);
      const failures = page.locator('.failures li');
      await expect.poll(() => failures.count()).toBe(2);
      expect(await failures.first().textContent()).toContain('NaN');
      expect(await axeFaults(page)).toEqual([]);
      await seenWithoutTemporal();

      mended = true;
      await page.goto(gallery.url + DESK);
      await press(`Retry ${FAILED}`);
      await expect.poll(() => failures.allTextContents()).toEqual([expect.stringContaining('variant 2')]);
      await press('Retry what failed');
      await expect.poll(() => failures.count()).toBe(0);
      await expect.poll(() => page.locator('.desk-facts').textContent()).toContain('Stored4 of 5');
      expect(await page.locator('.desk .ready').textContent()).toBe(
        'ready: 0 approved, 4 undecided, 0 rejected, 1 missing',
      );
      await gallery.close();
    });
  });

  async function seenWithoutTemporal(): Promise<void> {
    const gallery = await galleryOf(false);
    await page.goto(gallery.url + DESK);
    await expect.poll(state).toContain('No Temporal server can be asked');
    await page.locator('.failures li').nth(1).waitFor();
    expect(await page.locator('.desk button:visible').count()).toBe(0);
    await gallery.close();
  }
});
