import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startGallery } from '../../gallery/gallery.js';
import { startChromium } from '../support/chromium.js';
import type { Benchmark, Subject } from './frame/benchmark.js';
import { spreadOf } from './frame/statistics.js';
import { liveDelay } from './gallery/live-delay.js';
import { requireChromium } from './gallery/require-chromium.js';
import { type LargeShow, largeStore } from './large-store.js';

/** In a real browser: time to the first picture, smoothness of scrolling and scrubbing, and lateness of replays. */
const benchmark: Benchmark = {
  question: 'How soon does the gallery show something, how smooth is it, and how late are its replays?',
  comparisons: (scale) => [
    {
      title: 'the gallery in Chromium, on shows whose images are read from memory',
      figures: {
        index: 'ms to build the index',
        indexKb: 'KiB of index',
        paint: 'ms to the first paint',
        image: 'ms to the first image',
        images: 'ms to all images in sight',
        again: 'ms to all images in sight, second visit',
        cueImage: 'ms to the first image of one cue',
        cueImages: 'ms to all images in sight of one cue',
        playable: 'ms until a variant opened by its address can be played',
        decision: 'ms until a decision is seen in another browser',
        scrub: 'ms, longest frame while scrubbing',
        scroll: 'ms, longest frame while scrolling',
        late: 'ms a replayed picture is late, median',
        latest: 'ms a replayed picture is late, at most',
      },
      repetitions: scale.pick(2, 1),
      warmUps: 0,
      subjects: Object.fromEntries(
        Object.entries(scale.pick(SHOWS, QUICK)).map(([name, show]) => [name, () => gallery(show)]),
      ),
    },
    {
      title:
        'an image in flight: from a GPU worker over a Temporal server to the stage of a page in Chromium',
      figures: {
        step: 's a step',
        median: 's until a step’s picture, or a newer one, is seen: median',
        most: '… at most',
      },
      repetitions: scale.pick(3, 1),
      warmUps: 0,
      subjects: { 'demo model, 256×256, one thread': () => liveDelay() },
    },
  ],
};
export default benchmark;

const QUICK: Readonly<Record<string, LargeShow>> = {
  'the exhibition: 3,850 variants × 40 previews': { cues: 110, variants: 35, steps: 40 },
};
const SHOWS: Readonly<Record<string, LargeShow>> = {
  ...QUICK,
  'a festival: 100,000 variants × 10 previews': { cues: 2000, variants: 50, steps: 10 },
};

const REPLAYED_IMAGES = 3;

interface Frames {
  readonly worstMs: number;
}

async function gallery(show: LargeShow): Promise<Subject> {
  const chromium = requireChromium();
  const folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
  const { browser, close } = await startChromium(chromium);
  let number = 0;
  return {
    run: () => visit(show, `${folder}/${number++}`, () => browser.newPage({ viewport: VIEWPORT })),
    async close() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const VIEWPORT = { width: 1360, height: 768 };

/** Measures one gallery and one page, from opening it to the last replay. */
async function visit(show: LargeShow, thumbnailFolder: string, open: () => Promise<Page>) {
  const store = await largeStore(show);
  const startedMs = performance.now();
  const gallery = await startGallery({ store, port: 0, thumbnailFolder });
  const page = await open();
  try {
    const response = await fetch(`${gallery.url}api/shows/bench/v1.json`);
    const index = Buffer.from(await response.arrayBuffer());
    const indexMs = performance.now() - startedMs;
    const first = await firstSight(page, `${gallery.url}#/bench/v1`);
    const second = await firstSight(page, `${gallery.url}#/bench/v1`);
    // A variant that was not opened before.
    const cue = await firstSight(page, `${gallery.url}#/bench/v1/prompt_100_00_01_40`);
    return {
      index: indexMs,
      indexKb: index.length / 1024,
      ...first,
      again: second.images,
      cueImage: cue.image,
      cueImages: cue.images,
      ...(await play(page, gallery.url)),
      decision: await decide(page, open, gallery.url),
      ...(await scroll(page, gallery.url)),
      ...(await replay(page)),
    };
  } finally {
    await page.close();
    await gallery.close();
  }
}

async function firstSight(page: Page, url: string) {
  await page.goto('about:blank');
  await page.goto(url);
  return page.evaluate<{ paint: number; image: number; images: number }>(FIRST_SIGHT);
}

async function play(page: Page, url: string) {
  await page.goto('about:blank');
  await page.goto(`${url}#/bench/v1/prompt_0_00_00_00/1`);
  const playable = await page.evaluate<number>(ALL_PREVIEWS);
  return { playable, scrub: (await page.evaluate<Frames>(SCRUB)).worstMs };
}

/** Time from an approval on the stage of one page to its sign on the contact sheet of another. */
async function decide(page: Page, open: () => Promise<Page>, url: string): Promise<number> {
  const other = await open();
  try {
    await other.goto(`${url}#/bench/v1`);
    await other.waitForSelector('.tile img');
    await page.bringToFront();
    const startedMs = performance.now();
    await page.keyboard.press('p');
    await other.waitForSelector('.tile[aria-label$=", approved"]');
    return performance.now() - startedMs;
  } finally {
    await other.close();
  }
}

async function scroll(page: Page, url: string) {
  await page.goto('about:blank');
  await page.goto(`${url}#/bench/v1`);
  await page.waitForSelector('.tile img');
  return { scroll: (await page.evaluate<Frames>(SCROLL)).worstMs };
}

async function replay(page: Page) {
  const late = spreadOf((await page.evaluate<number[][]>(REPLAY)).flat());
  return { late: late.median, latest: late.high };
}

/** Times from navigation start until the first paint, the first tile's image and all visible images. */
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

/** Lateness of each picture of each image, in milliseconds. */
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
