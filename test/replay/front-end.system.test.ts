/**
 * The front-end in README, as it is printed there, in a real browser: from a plain file server whose answers may be cached
 * for a day, on a store with decisions and a manifest that the product's code has written.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeDecisions } from '../../bookkeeping/decisions.js';
import { rewriteCue, writeManifest } from '../../bookkeeping/manifest.js';
import type { Verdict } from '../../domain/decisions.js';
import { manifestKey } from '../../domain/manifest.js';
import type { CueTask } from '../../domain/show-plan.js';
import { packageFile } from '../../package/package-files.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { SHOW, storeImage, tasksOf } from '../bookkeeping/stored-show.js';
import { findChromium, startChromium, type TestBrowser } from '../support/chromium.js';
import { type FileServer, serveFolder } from '../support/file-server.js';

const chromium = findChromium((line) => process.stderr.write(`front-end tests: ${line}\n`));
const tasks = tasksOf();
const [painted] = tasks as [CueTask, CueTask];

/** Colours of the final images, by variant; previews are green. */
const COLOURS = { 1: [200, 0, 0], 2: [0, 0, 200], 3: [200, 200, 0] } as const;
const PREVIEW = [0, 160, 0];

describe.skipIf(chromium === undefined)('a front-end', () => {
  let folder: string;
  let store: ObjectStore;
  let server: FileServer;
  let browser: TestBrowser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    await cp(packageFile('dist', 'replay'), join(folder, 'replay'), { recursive: true });
    const example = await readmeExample();
    await writeFile(
      join(folder, 'index.html'),
      example.replace('https://images.example/show/v1/', '/store/test/v1/'),
    );
    await writeFile(
      join(folder, 'elsewhere.html'),
      example.replace('https://images.example/show/v1/', '/store/test/v2'),
    );
    browser = await startChromium(chromium ?? '');
  });

  beforeEach(async () => {
    store = openStore(`file:${folder}/store`);
    for (const variantId of [1, 2, 3])
      await storeImage(store, painted, { variantId, seed: variantId }, 2, paint);
    await decide(1, 'approved');
    await decide(2, 'rejected');
    await writeManifest(store, SHOW, tasks);
    server = await serveFolder(folder, { 'cache-control': 'max-age=86400' });
    const context = await browser.browser.newContext();
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
  });

  afterEach(async () => {
    await page.context().close();
    server.close();
    store.close();
    await rm(join(folder, 'store'), { recursive: true });
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const decide = async (variantId: number, verdict: Verdict) => {
    await changeDecisions(store, SHOW, painted.cueId, [{ variantId, verdict }]);
    await rewriteCue(store, SHOW, tasks, painted.cueId);
  };
  const open = (name: string) => page.goto(`${server.url}${name}`);
  const alert = () => page.getByRole('alert').textContent();

  it('as README shows it paints variants that may be shown, and says why nothing can be shown', async () => {
    await open('index.html');
    await expect.poll(() => page.evaluate(PIXEL)).toBeOneOf([COLOURS[1], COLOURS[3]]);
    expect(await page.title()).toBe('a lighthouse');
    await page.locator('canvas').click();
    await expect
      .poll(alert)
      .toBe(
        'Cue "transcript_2" of test/v1 has no variant that may be shown: none is stored yet, or all are rejected. Cues that have some: prompt_1.',
      );
    expect(await page.evaluate(PIXEL)).not.toEqual([0, 0, 0]);
    await page.locator('canvas').click();
    await expect.poll(alert).toBe('');
    await expect.poll(() => page.evaluate(PIXEL)).toBeOneOf([COLOURS[1], COLOURS[3]]);
    expect(complaints).toEqual([]);
    expect(server.missed.filter((path) => path !== '/favicon.ico')).toEqual([]);
  });

  it('of a show that does not exist says where it looked', async () => {
    await open('elsewhere.html');
    await expect.poll(alert).toMatch(/^There is no manifest at \/store\/test\/v2\/manifest.json\. /);
  });

  it('never shows a rejected variant in a hundred replays, also one that is rejected meanwhile', async () => {
    await open('index.html');
    await page.evaluate(OPEN);
    const colours = await page.evaluate<number[][]>(REPLAYS);
    expect(colours).toHaveLength(100);
    expect(differing(colours)).toEqual(differing([COLOURS[1], COLOURS[3]]));
    await decide(3, 'rejected');
    await page.evaluate('show.refresh()');
    expect(differing(await page.evaluate<number[][]>(REPLAYS))).toEqual(differing([COLOURS[1]]));
    const refused = page.evaluate(`show.replay({ cueId: 'prompt_1', variantId: 3, onFrame })`);
    await expect(refused).rejects.toThrow('Variant 3 of cue "prompt_1" may not be shown');
    await expect(page.evaluate(`show.replay({ cueId: 'prompt_7', onFrame })`)).rejects.toThrow(
      'There is no cue "prompt_7" in test/v1: it has prompt_1, transcript_2.',
    );
  });

  it('shows the image emerge: black, the previews, the final image', async () => {
    await open('index.html');
    await page.evaluate(OPEN);
    expect(await page.evaluate(EMERGENCE)).toEqual([[0, 0, 0], PREVIEW, PREVIEW, COLOURS[1]]);
  });

  it.each([
    [
      'a web page in place of the manifest',
      '<!doctype html>',
      'is damaged, or something else: Unexpected token',
    ],
    ['a manifest that is cut off', '{"format":1,"cu', 'is damaged, or something else'],
    [
      'a manifest of a later version',
      '{"format":2}',
      'is a manifest of format 2, and this module reads format 1',
    ],
  ])('says that it found %s', async (_, content, sentence) => {
    await writeFile(join(folder, 'store', manifestKey(SHOW)), content);
    await open('index.html');
    await expect.poll(alert).toContain(sentence);
    await expect(page.evaluate(OPEN)).rejects.toThrow(sentence);
  });
});

async function readmeExample(): Promise<string> {
  const readme = await readFile(packageFile('README.md'), 'utf8');
  const [, example] = /^```html\n(.*?)^```$/ms.exec(readme) ?? [];
  if (example === undefined) throw new Error('README has no front-end any more');
  return example;
}

const paint = (words: string): Promise<Buffer> => {
  const variant = /^final of ([123])$/.exec(words)?.[1];
  const [r, g, b] = variant === undefined ? PREVIEW : COLOURS[Number(variant) as keyof typeof COLOURS];
  const background = { r: r ?? 0, g: g ?? 0, b: b ?? 0 };
  return sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .png()
    .toBuffer();
};

/** Different colours. */
const differing = (colours: readonly (readonly number[])[]): Set<string> => new Set(colours.map(String));

/** Colour in the middle of the canvas. */
const PIXEL = `(() => {
  const canvas = document.querySelector('canvas');
  return [...canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data.slice(0, 3)];
})()`;

const OPEN = `(async () => {
  const { openShow, paintFrame } = await import('/replay/index.js');
  globalThis.show = await openShow('/store/test/v1/');
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
  globalThis.painted = () => [...canvas.getContext('2d').getImageData(9, 9, 1, 1).data.slice(0, 3)];
  globalThis.onFrame = (frame) => paintFrame(canvas, frame);
})()`;

/** Colours of the final images of a hundred replays. */
const REPLAYS = `(async () => {
  const colours = [];
  for (let count = 0; count < 100; count += 1) {
    const replay = await show.replay({ cueId: 'prompt_1', onFrame });
    await replay.loaded;
    replay.seek(replay.durationMs);
    colours.push(painted());
  }
  return colours;
})()`;

const EMERGENCE = `(async () => {
  const replay = await show.replay({ cueId: 'prompt_1', variantId: 1, onFrame });
  await replay.loaded;
  return replay.timeline.moments.map(({ atMs }) => { replay.seek(atMs); return painted(); });
})()`;
