/** The page of `pregen perform` in a real browser: what the audience sees, also when something is missing, lost or crashed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPerformancePage } from '../../client/perform/page-files.js';
import { settingsOf } from '../../client/perform/perform.js';
import { type PerformanceServer, servePerformance } from '../../client/perform/server.js';
import { filesInStore } from '../../client/perform/show-files.js';
import { finalKey } from '../../domain/object-keys.js';
import { openStore } from '../../storage/open-store.js';
import { SHOW } from '../bookkeeping/stored-show.js';
import { findChromium, startChromium, type TestBrowser } from '../support/chromium.js';
import { COLOURS, storePerformance } from './stored-performance.js';

const chromium = findChromium((line) => process.stderr.write(`performance tests: ${line}\n`));

const TYPED = { action: 'prompt', program: 'P3', delay: { base: 10, variance: 0 } };
const MINUTE_MS = 60_000;
const SHEET = [
  { time: '00:00:00', ...TYPED, prompt: 'a lighthouse' },
  { time: '00:05:00', action: 'transcript', transcript: 'hello', generate: true },
  { time: '00:06:00', ...TYPED, prompt: 'nothing' },
  { time: '00:07:00', ...TYPED, prompt: 'a lighthouse' },
  { time: '00:08:00', action: 'set-fade-status', fade: true },
  { time: '00:10:00', action: 'end' },
];

describe.skipIf(chromium === undefined)('the page that performs a show', () => {
  let folder: string;
  let browser: TestBrowser;
  let server: PerformanceServer;
  let page: Page;
  let complaints: string[];
  const store = () => openStore(`file:${folder}`);

  beforeAll(async () => {
    browser = await startChromium(chromium ?? '');
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    await storePerformance(folder, SHEET);
    const show = filesInStore(store(), SHOW, Buffer.from(JSON.stringify(SHEET)));
    const settings = settingsOf({ memory: 64, pause: 60 });
    server = await servePerformance(
      { page: await readPerformancePage(), settings, shows: new Map([['show', show]]) },
      0,
    );
    const context = await browser.browser.newContext({ viewport: { width: 640, height: 480 } });
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
  });

  afterEach(async () => {
    await page.context().close();
    server.close();
    await rm(folder, { recursive: true, force: true });
    expect(complaints).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
  });

  const colour = () => page.evaluate(COLOUR);
  const text = (name: string) => page.locator(`#${name}`).textContent();
  /** Opens the page as a tab that had crashed, so many milliseconds of the show ago. */
  const openAt = async (positionMs: number) => {
    await page.addInitScript(
      `if (location.protocol.startsWith('http')) localStorage['pregen / whereabouts'] ??= JSON.stringify({ number: 0, speed: 1, zeroAt: Date.now() - ${positionMs} })`,
    );
    await page.goto(server.url);
  };

  it('types the prompt and shows its image, without anything else on the screen', async () => {
    await page.goto(server.url);
    await expect.poll(() => text('prompt')).toBe('a lighthouse');
    await expect.poll(colour).toEqual(COLOURS.prompt);
    expect(await page.locator('#rehearsal').isVisible()).toBe(false);
  });

  it('goes on where the wall clock says after a crash, in the next performance, too', async () => {
    await openAt(5.5 * MINUTE_MS);
    await expect.poll(() => text('transcript')).toBe('hello');
    await expect.poll(colour).toEqual(COLOURS.transcript);
    await page.evaluate(`localStorage['pregen / whereabouts'] = '{}'`);
    await page.keyboard.press('r');
    await expect.poll(() => text('clock')).toMatch(/^0:05:/);
    await page.context().close();
    page = await (await browser.browser.newContext()).newPage();
    await openAt(11 * MINUTE_MS + 5.5 * MINUTE_MS);
    await expect.poll(() => text('transcript')).toBe('hello');
    await page.keyboard.press('r');
    await expect.poll(() => text('facts')).toMatch(/^Performance 2, 1×/);
  });

  it('is black where nothing may be shown, and goes on', async () => {
    await openAt(6.5 * MINUTE_MS);
    await expect.poll(() => text('prompt')).toBe('nothing');
    expect(await colour()).toEqual([0, 0, 0]);
    await page.keyboard.press('r');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => text('prompt')).toBe('a lighthouse');
    await expect.poll(colour).toEqual(COLOURS.prompt);
  });

  it('fades to black', async () => {
    await openAt(9 * MINUTE_MS);
    await expect.poll(() => page.locator('#black').evaluate(OPACITY)).toBe('1');
  });

  it('performs what it has loaded when the server is gone', async () => {
    await page.goto(server.url);
    await expect.poll(colour).toEqual(COLOURS.prompt);
    await page.keyboard.press('r');
    await expect.poll(() => text('facts')).toMatch(/(\d+) of \1 next pictures loaded/);
    server.close();
    await page.keyboard.press('ArrowRight');
    await expect.poll(colour).toEqual(COLOURS.transcript);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(colour).toEqual(COLOURS.prompt);
  });

  it('shows black for a picture that was removed, says so in the rehearsal, and goes on', async () => {
    for (const variantId of [1, 2])
      await store().delete(finalKey({ ...SHOW, cueId: 'transcript_1_00_05_00', variantId }));
    await openAt(5.5 * MINUTE_MS);
    await expect.poll(() => text('transcript')).toBe('hello');
    await page.keyboard.press('r');
    await expect
      .poll(() => text('problems'))
      .toContain('1 pictures are missing: show/cues/transcript_1_00_05_00/');
    expect(await colour()).toEqual([0, 0, 0]);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(colour).toEqual(COLOURS.prompt);
  });

  it('rehearses from a cue that its address names, by keys that do nothing when the overlay is closed', async () => {
    await page.goto(`${server.url}#cue=transcript_1_00_05_00`);
    await expect.poll(() => text('transcript')).toBe('hello');
    await expect.poll(() => page.locator('[aria-current]').textContent()).toBe('00:05:00 transcript hello');
    await page.keyboard.press(' ');
    await expect.poll(() => text('facts')).toContain('paused');
    await page.keyboard.press('r');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('r');
    await expect.poll(() => text('clock')).toMatch(/^0:05:/);
    await page.getByText('00:06:00 prompt').click();
    await expect.poll(() => text('clock')).toMatch(/^0:06:/);
  });
});

const OPACITY = (element: { style: { opacity: string } }) => element.style.opacity;

/** In the middle of the screen. */
const COLOUR = `(() => {
  const canvas = document.getElementById('picture');
  const context = canvas.getContext('2d');
  return [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data.slice(0, 3)];
})()`;
