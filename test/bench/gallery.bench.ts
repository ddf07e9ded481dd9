/**
 * What the gallery costs, in a real browser: how long until something is seen, how smoothly it scrolls and scrubs, and
 * how true a replay is to its recording. Prints figures; asserts nothing about them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Gallery, startGallery } from '../../client/gallery/gallery.js';
import { findChromium, startChromium, type TestBrowser } from '../support/chromium.js';
import { type LargeShow, largeStore } from './large-store.js';

const CASES: Record<string, LargeShow> = {
  'the exhibition: 3,850 variants × 40 previews': { cues: 110, variants: 35, steps: 40 },
  '100,000 previews': { cues: 50, variants: 50, steps: 40 },
  'a festival: 100,000 variants × 10 previews': { cues: 2000, variants: 50, steps: 10 },
};

const REPLAYED_IMAGES = 5;
const chromium = findChromium((line) => process.stderr.write(`bench: ${line}\n`));
const report = (line: string) => process.stdout.write(`  ${line}\n`);
const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

describe.skipIf(chromium === undefined).each(Object.entries(CASES))('gallery, %s', (_, show) => {
  let folder: string;
  let gallery: Gallery;
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
    browser = await startChromium(chromium ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    await gallery?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('opens', async () => {
    const store = await largeStore(show);
    const startedMs = performance.now();
    gallery = await startGallery({ store, port: 0, thumbnailFolder: `${folder}/thumbnails` });
    const index = Buffer.from(await (await fetch(`${gallery.url}api/shows/bench/v1.json`)).arrayBuffer());
    report(`index of ${show.cues * show.variants} variants built in ${ms(performance.now() - startedMs)}`);
    report(`index document: ${kilobytes(index.length)}, ${kilobytes(gzipSync(index).length)} compressed`);
    page = await browser.browser.newPage({ viewport: { width: 1360, height: 768 } });
    for (const visit of ['first', 'second']) {
      await page.goto(`${gallery.url}#/bench/v1`);
      const times = await page.evaluate<{ paint: number; image: number; images: number }>(FIRST_SIGHT);
      report(
        `${visit} visit: first paint ${ms(times.paint)}, first image ${ms(times.image)}, all in sight ${ms(times.images)}`,
      );
      await page.goto('about:blank');
    }
  });

  it('plays its first cue', async () => {
    await page.goto(`${gallery.url}#/bench/v1/prompt_0_00_00_00/1`);
    const playableMs = await page.evaluate<number>(ALL_PREVIEWS);
    report(`a variant opened by its address: playable, with all previews, after ${ms(playableMs)}`);
  });

  it('scrubs', async () => {
    const frames = await page.evaluate<Frames>(SCRUB);
    report(`scrubbing: ${describeFrames(frames)}`);
  });

  it('scrolls', async () => {
    await page.goto('about:blank');
    await page.goto(`${gallery.url}#/bench/v1`);
    await page.waitForSelector('.tile img');
    report(`scrolling: ${describeFrames(await page.evaluate<Frames>(SCROLL))}`);
  });

  it('replays', async () => {
    const late = await page.evaluate<number[][]>(REPLAY);
    const all = late.flat().sort((a, b) => a - b);
    const ends = late.map((image) => image.at(-1) ?? 0);
    report(
      `replay of ${late.length} images, ${all.length} pictures: late by ${ms(median(all))} (median), ` +
        `${ms(Math.max(...all))} (worst); at the end of an image by ${ms(median(ends))} (median), ${ms(Math.max(...ends))} (worst)`,
    );
  });
});

interface Frames {
  readonly frames: number;
  readonly totalMs: number;
  readonly worstMs: number;
}

const describeFrames = ({ frames, totalMs, worstMs }: Frames): string =>
  `${((frames / totalMs) * 1000).toFixed(0)} frames a second, longest frame ${ms(worstMs)}`;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`;

/** Times from navigation start until the first paint, the first tile's image and all images in sight. */
const FIRST_SIGHT = `new Promise((resolve) => {
  let image;
  const look = () => {
    const images = [...document.querySelectorAll('.tile img')];
    const done = images.filter((each) => each.complete && each.naturalWidth > 0).length;
    if (done > 0) image ??= performance.now();
    if (images.length === 0 || done < images.length) return requestAnimationFrame(look);
    const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN;
    resolve({ paint, image, images: performance.now() });
  };
  look();
})`;

const ALL_PREVIEWS = `new Promise((resolve) => {
  const look = () => {
    const images = [...document.querySelectorAll('.step img')];
    const done = images.every((each) => each.complete);
    if (images.length > 0 && done) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})`;

const COUNT_FRAMES = `(act, count) => new Promise((resolve) => {
  const times = [];
  const step = (now) => {
    times.push(now);
    if (times.length <= count) {
      act(times.length / count);
      return requestAnimationFrame(step);
    }
    const gaps = times.slice(1).map((time, index) => time - times[index]);
    resolve({ frames: gaps.length, totalMs: times.at(-1) - times[0], worstMs: Math.max(...gaps) });
  };
  requestAnimationFrame(step);
})`;

const SCRUB = `(() => {
  const scrubber = document.querySelector('.transport input[type=range]');
  return (${COUNT_FRAMES})((share) => {
    scrubber.value = String(share * Number(scrubber.max));
    scrubber.dispatchEvent(new Event('input', { bubbles: true }));
  }, 120);
})()`;

const SCROLL = `(() => {
  const grid = document.querySelector('.grid');
  return (${COUNT_FRAMES})(() => {
    grid.scrollLeft += 40;
    grid.scrollTop += 15;
  }, 180);
})()`;

/** How late each picture of each image was, milliseconds. */
const REPLAY = `(async () => {
  const { openReplay, paintFrame } = await import('/app/replay/index.js');
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 512;
  document.body.append(canvas);
  const late = [];
  for (let variantId = 1; variantId <= ${REPLAYED_IMAGES}; variantId += 1) {
    const times = [];
    let startedMs = 0;
    const replay = await openReplay({
      baseUrl: '/objects/bench/v1/cues/', cueId: 'prompt_0_00_00_00', variantId,
      onFrame: (frame) => { paintFrame(canvas, frame); times.push(performance.now() - startedMs - frame.moment.atMs); },
    });
    await replay.loaded;
    times.length = 0;
    startedMs = performance.now();
    replay.play();
    while (replay.playing) await new Promise((resolve) => setTimeout(resolve, 50));
    late.push(times);
  }
  return late;
})()`;
