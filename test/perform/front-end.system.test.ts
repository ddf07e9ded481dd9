/** The example front-end in `shows/front-end`, as it lies there, in a real browser and from a plain file server. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFile } from '../../package/package-files.js';
import { findChromium, startChromium, type TestBrowser } from '../support/chromium.js';
import { type FileServer, serveFolder } from '../support/file-server.js';
import { COLOURS, storePerformance } from './stored-performance.js';

const chromium = findChromium((line) => process.stderr.write(`front-end tests: ${line}\n`));

describe.skipIf(chromium === undefined)('the front-end of the example shows', () => {
  let folder: string;
  let server: FileServer;
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    await cp(packageFile('shows', 'front-end'), folder, { recursive: true });
    for (const room of ['perform', 'replay'])
      await cp(packageFile('dist', room), join(folder, room), { recursive: true });
    await storePerformance(join(folder, 'store'));
    server = await serveFolder(folder);
    browser = await startChromium(chromium ?? '');
    page = await browser.browser.newPage();
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('types the prompt, shows the image emerge, then the transcript and its image, then black', async () => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${server.url}index.html?show=/store/test/v1/`);
    await expect.poll(() => page.locator('#prompt').textContent()).toBe('a lighthouse');
    await expect.poll(() => page.evaluate(PIXEL)).toEqual(COLOURS.prompt);
    await expect.poll(() => page.locator('#transcript').textContent()).toBe('hello');
    await expect.poll(() => page.evaluate(PIXEL)).toEqual(COLOURS.transcript);
    await expect.poll(() => page.evaluate(PIXEL)).toEqual([0, 0, 0]);
    await expect.poll(() => page.locator('#prompt').textContent()).toBe('');
    expect(complaints).toEqual([]);
    expect(server.missed.filter((path) => path !== '/favicon.ico')).toEqual([]);
  });
});

/** Colour in the middle of the picture; black where there is none. */
const PIXEL = `(async () => {
  const image = document.querySelector('img');
  if (image.getAttribute('src') === null) return [0, 0, 0];
  await image.decode();
  const context = Object.assign(document.createElement('canvas'), { width: 64, height: 64 }).getContext('2d');
  context.drawImage(image, 0, 0);
  return [...context.getImageData(32, 32, 1, 1).data.slice(0, 3)];
})()`;
