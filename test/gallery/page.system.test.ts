import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import type { ObjectStore } from '../../storage/object-store.js';
import {
  axeFaults,
  chromium,
  cueHash,
  DESKTOP,
  nameOf,
  PHONE,
  useGallery,
  variantHash,
  WALL,
} from '../support/gallery-page.js';
import { CUES, FLAWS, HOSTILE_PROMPT, promptOf, storeVariant, TOTAL_MS } from '../support/gallery-show.js';

describe.skipIf(chromium === undefined)('the gallery in a browser', () => {
  const opened = useGallery();
  let folder: string;
  let store: ObjectStore;
  let gallery: Gallery;
  let page: Page;

  beforeEach(() => {
    ({ folder, store, gallery, page } = opened());
  });

  const open = (hash?: string, sign?: string) => opened().open(hash, sign);
  const tile = (cueId: string, variantId: number, rest?: string) => opened().tile(cueId, variantId, rest);
  const place = () => opened().place();
  const focused = () => opened().focused();
  const isSelected = (cueId: string, variantId: number, rest?: string) =>
    tile(cueId, variantId, rest).getAttribute('aria-selected');

  it('shows every variant of every cue with its state, and a sign where the image cannot be read', async () => {
    await open();
    expect(place()).toBe('#/gala/v1');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(20);
    await expect.poll(() => page.locator('.tile img').count()).toBe(18);
    expect(await tile(CUES.lighthouse, 2, ', degraded').count()).toBe(1);
    expect(await tile(CUES.lighthouse, 3, ', stored, image damaged or missing').count()).toBe(1);
    expect(await tile(CUES.lighthouse, 4, ', missing').count()).toBe(1);
    expect(await tile(CUES.slider, 2, ', incomplete').count()).toBe(1);
    await expect
      .poll(() => page.locator('.counts').textContent())
      .toMatch(/16 stored\s*2 degraded\s*1 incomplete\s*1 missing/);
  });

  it('finds variants by text, program, cue and state, and keeps the filter in the address', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('sea');
    await expect.poll(() => page.locator('[role=columnheader]').count()).toBe(2);
    await page.selectOption('[aria-label=Program]', 'P3B');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(4);
    await page.selectOption('[aria-label=State]', 'degraded');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1);
    expect(place()).toBe('#/gala/v1?q=sea&program=P3B&state=degraded');
    await page.reload();
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1);
    await page.click('text=Show all');
    await page.selectOption('[aria-label=Cue]', CUES.odd);
    await expect.poll(() => page.locator('[role=columnheader]').count()).toBe(1);
    await page.fill('input[type=search]', 'no such prompt');
    await expect.poll(() => page.locator('text=No variant matches.').isVisible()).toBe(true);
  });

  it('opens a variant with its previews, durations and generation parameters', async () => {
    await open();
    await tile(CUES.lighthouse, 1, ', stored').click();
    await page.waitForSelector('text=FlowMatchEulerDiscreteScheduler');
    expect(place()).toBe(`#/gala/v1/${CUES.lighthouse}/1`);
    await expect
      .poll(() => page.locator('.step').allTextContents())
      .toEqual([
        'step 1, 180 ms',
        'step 2, 60 ms',
        'step 3, 90 ms',
        'step 4, 60 ms',
        'step 5, 120 ms',
        'step 6, 60 ms',
        'final image, 130 ms',
      ]);
    const facts = await page.locator('aside').textContent();
    for (const fact of [
      'P3B',
      'at 00:00:10',
      'a lighthouse by the sea at night',
      'Seed1001',
      '<b>blurry</b>, grey',
    ])
      expect(facts).toContain(fact);
    await expect.poll(() => page.locator('a', { hasText: 'Temporal' }).count()).toBe(0);
  });

  it('replays a variant at the recorded pace, and faster on request', async () => {
    await open(variantHash(CUES.lighthouse, 1));
    await page.waitForSelector('.step[aria-current]');
    const replayed = page.evaluate<{ step: string; atMs: number }[]>(OBSERVE_REPLAY);
    await page.keyboard.press('Space');
    const seen = await replayed;
    const dues = [180, 240, 330, 390, 510, 570, 700];
    const names = [...[1, 2, 3, 4, 5, 6].map((step) => `step ${step}, `), 'final image, '];
    // In order and never early. On a busy machine a late picture may be left out, so that the others are on time.
    const shown = seen.map(({ step }) => names.indexOf(step));
    expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
    expect(shown.at(-1)).toBe(names.length - 1);
    for (const { step, atMs } of seen)
      expect(atMs, step).toBeGreaterThan((dues[names.indexOf(step)] ?? Number.NaN) - 1);
    await page.keyboard.press('9');
    expect(await page.locator('[aria-label=Speed]').inputValue()).toBe('9');
  });

  it('scrubs, steps through pictures, and remembers the place in the address', async () => {
    await open(variantHash(CUES.lighthouse, 1));
    await page.waitForSelector('.step[aria-current]');
    await page.locator('[aria-label=Position]').fill('300');
    await expect.poll(() => page.locator('.step[aria-current]').textContent()).toContain('step 2,');
    expect(await page.locator('[aria-label=Position]').getAttribute('aria-valuetext')).toBe(
      '0.30 of 0.70 s, step 2',
    );
    await page.keyboard.press('.');
    await expect.poll(() => page.locator('.step[aria-current]').textContent()).toContain('step 3,');
    expect(place()).toBe(`#/gala/v1/${CUES.lighthouse}/1?t=330`);
    await page.reload();
    await page.waitForSelector('.step[aria-current]');
    await expect.poll(() => page.locator('.step[aria-current]').textContent()).toContain('step 3,');
    await page.locator('.step', { hasText: '120 ms' }).click();
    expect(place()).toContain('?t=510');
    await page.keyboard.press('End');
    expect(place()).toBe(`#/gala/v1/${CUES.lighthouse}/1`);
    expect(Number(await page.locator('[aria-label=Position]').inputValue())).toBe(TOTAL_MS);
  });

  it('is titled by the prompt', async () => {
    await open(variantHash(CUES.lighthouse, 2));
    await expect.poll(() => page.title()).toBe('a lighthouse by the sea at night, variant 2: gala / v1');
    expect(await page.locator('aside h2').textContent()).toBe('a lighthouse by the sea at night');
    expect(await page.locator('canvas').getAttribute('aria-label')).toBe(nameOf(CUES.lighthouse, 2));
  });

  it('requests no object that the index does not have', async () => {
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(new URL(response.url()).pathname);
    });
    for (const { cueId, variantId } of [
      { cueId: CUES.words, variantId: 1 },
      FLAWS.missing,
      FLAWS.incomplete,
    ]) {
      await open(variantHash(cueId, variantId), '.strip .notice');
      await page.waitForLoadState('networkidle');
    }
    expect(refused).toEqual([]);
  });

  it.each([
    ['#/gala/v1/no-such-cue/7', 'There is no cue "no-such-cue" in this show.'],
    [
      `#/gala/v1/${CUES.lighthouse}/7`,
      'There is no variant 7 of "a lighthouse by the sea at night", which has variants 1 to 4.',
    ],
    [
      `#/gala/v1/${CUES.lighthouse}/1/vs/${CUES.lighthouse}/9`,
      'There is no variant 9 of "a lighthouse by the sea at night", which has variants 1 to 4.',
    ],
    [`#/gala/v1/${CUES.lighthouse}/none`, 'is no address of the gallery'],
    ['#/gala/v9', 'There is no show gala / v9 in '],
  ])('says of %s that there is no such thing, and leads back', async (hash, sentence) => {
    await page.goto(`${gallery.url}${hash}`);
    await expect.poll(() => page.locator('#main [role=alert]').textContent()).toContain(sentence);
    expect(await page.locator('.transport').count()).toBe(0);
    await page.locator('#main a').first().click();
    await page.waitForSelector('.tile, .shows li');
  });

  it('shows the first match of a search, and restores the scroll position when the search is cleared', async () => {
    await page.setViewportSize({ width: 400, height: 400 });
    await open();
    const scroll = () => page.evaluate('document.querySelector(".grid").scrollLeft');
    const scrollTo = (left: number) => page.evaluate(`document.querySelector(".grid").scrollLeft = ${left}`);
    await scrollTo(150);
    await page.fill('input[type=search]', '_00_');
    await expect.poll(() => page.locator('[role=columnheader]').count()).toBe(4);
    await expect.poll(scroll).toBe(0);
    await scrollTo(60);
    await page.fill('input[type=search]', 'an odd');
    await expect.poll(scroll).toBe(0);
    await page.click('text=Show all');
    await expect.poll(scroll).toBe(150);
    await tile(CUES.hostile, 2, ', stored').click();
    await page.waitForSelector('.step');
    await page.keyboard.press('Escape');
    await page.fill('input[type=search]', '<script>');
    await expect.poll(() => page.locator('[role=columnheader]').count()).toBe(1);
    expect(await page.locator('[role=gridcell][tabindex="0"]').getAttribute('aria-label')).toContain(
      'variant 2',
    );
  });

  it('remembers the size of the tiles', async () => {
    await open();
    await page.selectOption('[aria-label="Tile size"]', 'large');
    await page.reload();
    await page.waitForSelector('.tile');
    expect(await page.locator('[aria-label="Tile size"]').inputValue()).toBe('large');
    expect((await page.locator('.tile').first().boundingBox())?.width).toBe(200);
  });

  it('shows all images again after the server was unreachable', async () => {
    const started = (port: number) =>
      startGallery({ store, port, thumbnailFolder: `${folder}/thumbnails`, scanEveryMs: 50 });
    const first = await started(0);
    const port = Number(new URL(first.url).port);
    await page.setViewportSize({ width: 200, height: 400 });
    await page.goto(first.url);
    await page.waitForSelector('.tile img');
    await first.close();
    await page.waitForSelector('text=○ not connected');
    await page.setViewportSize(DESKTOP);
    await page.waitForSelector('.tile.unreachable');
    expect(await tile(CUES.odd, 2, ', stored, image not loaded, the server does not answer').count()).toBe(1);
    const second = await started(port);
    try {
      await page.waitForSelector('text=store only');
      await expect.poll(() => page.locator('.tile.unreachable').count()).toBe(0);
      await expect.poll(() => page.locator('.tile img').count()).toBe(18);
      expect(await tile(CUES.lighthouse, 3, ', stored, image damaged or missing').count()).toBe(1);
    } finally {
      await second.close();
    }
    opened().forgive();
  });

  it('shows black for a missing or damaged image and never breaks', async () => {
    const { damagedFinal, damagedPreview, lostPreview, missing, incomplete } = FLAWS;
    await open(variantHash(damagedPreview.cueId, damagedPreview.variantId));
    await page.locator('.step.damaged').waitFor();
    await page.locator('.step.damaged').click();
    await page.waitForSelector('text=The preview of step 2 is missing or damaged.');
    await open(variantHash(lostPreview.cueId, lostPreview.variantId));
    await expect.poll(() => page.locator('.step.damaged .number').allTextContents()).toEqual(['step 4, ']);
    await open(variantHash(damagedFinal.cueId, damagedFinal.variantId));
    await page.waitForSelector('text=The final image is missing or damaged.');
    await page.waitForSelector('text=The image says nothing about how it was made.');
    await open(variantHash(missing.cueId, missing.variantId), '.strip .notice');
    await page.waitForSelector('text=Nothing of it is stored yet.');
    await open(variantHash(incomplete.cueId, incomplete.variantId), '.strip .notice');
    await page.waitForSelector('text=No previews: only the final image is stored.');
  });

  it('treats hostile prompts and cue ids as text', async () => {
    await open();
    await expect.poll(() => page.locator('.heading', { hasText: '<script>globalThis' }).count()).toBe(1);
    await open(variantHash(CUES.hostile, 1));
    await page.waitForSelector('text=Generation parameters');
    await expect.poll(() => page.locator('aside').textContent()).toContain(HOSTILE_PROMPT);
    await open(variantHash(CUES.odd, 2));
    await page.waitForSelector('.step[aria-current]');
    await expect.poll(() => page.locator('aside h2').textContent()).toBe(promptOf(CUES.odd));
    await page.waitForSelector('text=Generation parameters');
    expect(await page.evaluate("'hacked' in globalThis")).toBe(false);
  });

  it('loads its own files only', async () => {
    await open();
    const refused = await page.evaluate<string>(INJECT_SCRIPT);
    expect(['trusted types', 'require-trusted-types-for', 'script-src-elem']).toContain(refused);
    expect(await page.evaluate("'hacked' in globalThis")).toBe(false);
    opened().forgive();
  });

  it('can be operated by keyboard alone', async () => {
    await open();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).toBe(nameOf(CUES.words, 1, ', stored'));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe(nameOf(CUES.lighthouse, 2, ', degraded'));
    await page.keyboard.press('m');
    await expect.poll(focused).toBe(nameOf(CUES.lighthouse, 2, ', degraded'));
    expect(await isSelected(CUES.lighthouse, 2, ', degraded')).toBe('true');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.step[aria-current]');
    await page.keyboard.press('ArrowRight');
    await expect.poll(place).toBe(`#/gala/v1/${CUES.hostile}/2`);
    await page.keyboard.press('ArrowUp');
    await expect.poll(place).toBe(`#/gala/v1/${CUES.hostile}/1`);
    await page.keyboard.press('?');
    expect(await page.locator('dialog').getAttribute('aria-label')).toBe('Keys');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog').count()).toBe(0);
    await page.keyboard.press('c');
    await expect.poll(place).toBe(`#/gala/v1/${CUES.hostile}/1/vs/${CUES.hostile}/2`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect.poll(place).toBe('#/gala/v1');
    await expect.poll(focused).toBe(nameOf(CUES.hostile, 1, ', stored'));
    await page.keyboard.press('r');
    await expect.poll(() => page.locator('dialog').textContent()).toContain(nameOf(CUES.lighthouse, 2));
    await page.locator('dialog').getByText('Select none').click();
    await expect.poll(() => page.locator('#selection').textContent()).toBe('Selected: 0');
  });

  it('lays one image over another, with a slider between them', async () => {
    await open(`#/gala/v1/${CUES.lighthouse}/1/vs/${CUES.hostile}/2?as=wipe`);
    await page.locator('[aria-label^="Share of the left"]').fill('25');
    const clips = await page.evaluate(
      '[...document.querySelectorAll(".picture")].map((picture) => getComputedStyle(picture).clipPath)',
    );
    expect(clips).toEqual(['inset(0px 75% 0px 0px)', 'inset(0px 0px 0px 25%)']);
    await page.locator('.pane h2 button').last().click();
    await page.keyboard.press('s');
    expect(place()).toBe(`#/gala/v1/${CUES.hostile}/2/vs/${CUES.lighthouse}/1?as=wipe`);
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => page.locator('canvas').last().getAttribute('aria-label'))
      .toBe(nameOf(CUES.lighthouse, 2));
    await page.keyboard.press('w');
    expect(place()).toBe(`#/gala/v1/${CUES.hostile}/2/vs/${CUES.lighthouse}/2`);
    expect(await page.locator('[aria-label^="Share of the left"]').isVisible()).toBe(false);
  });

  it('follows a running show without being reloaded', async () => {
    await open();
    await page.waitForSelector('text=store only');
    expect(await page.locator('text=● live').count()).toBe(0);
    const { missing } = FLAWS;
    await tile(missing.cueId, missing.variantId, ', missing').waitFor();
    await storeVariant(store, missing, 1, true);
    await tile(missing.cueId, missing.variantId, ', stored').waitFor();
    const picture = tile(missing.cueId, missing.variantId, ', stored').locator('img');
    await expect.poll(() => picture.getAttribute('src')).toContain('.webp?v=');
    await rm(`${folder}/store/gala/v1/cues/${missing.cueId}/${missing.variantId}`, { recursive: true });
    await tile(missing.cueId, missing.variantId, ', missing').waitFor();
  });

  it('starts takes of selected variants after a confirmation, and links their workflows', async () => {
    const asked: unknown[] = [];
    const connected = await startGallery({
      store,
      port: 0,
      thumbnailFolder: `${folder}/thumbnails`,
      workflows: {
        webUi: 'http://localhost:8233/namespaces/default/workflows/',
        inFlight: async () => new Set([`${CUES.slider}/4`]),
        takes: {
          start: async ({ request: { cueId, variantId, take, seed } }) => {
            expect(take).toBe(seed);
            asked.push({ cueId, variantId });
            return true;
          },
          choose: async () => {},
        },
      },
    });
    try {
      await page.goto(`${connected.url}${variantHash(CUES.odd, 2)}`);
      const link = page.locator('a', { hasText: 'its workflow in the Temporal Web UI' });
      expect(await link.getAttribute('href')).toBe(
        `http://localhost:8233/namespaces/default/workflows/${encodeURIComponent(`pregen/gala/v1/${CUES.odd}/2`)}`,
      );
      await page.keyboard.press('m');
      await page.keyboard.press('r');
      await page.click('text=Cancel');
      expect(asked).toEqual([]);
      await page.keyboard.press('r');
      await page.selectOption('[aria-label="Takes of each"]', '2');
      await page.click('text=Make takes of 1 variant');
      await page.waitForSelector('#selection:has-text("Selected: 0")');
      expect(asked).toEqual([1, 2].map(() => ({ cueId: CUES.odd, variantId: 2 })));
      await expect.poll(() => page.locator('#status').textContent()).toBe('2 images are being made.');
      await page.waitForSelector('text=● live');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await tile(CUES.slider, 4, ', in flight').waitFor();
    } finally {
      await connected.close();
    }
    opened().forgive();
  });

  describe.each([
    ['a phone', PHONE],
    ['a desktop', DESKTOP],
    ['a wall', WALL],
  ])('on %s', (_, viewport) => {
    const vs = `/vs/${encodeURIComponent(CUES.odd)}/2`;
    it.each([
      ['the contact sheet', ''],
      ['a cue', cueHash(CUES.lighthouse)],
      ['a search that leaves a cue out', `${cueHash(CUES.lighthouse)}?q=odd`],
      ['a variant', variantHash(CUES.lighthouse, 2)],
      ['a comparison', `${variantHash(CUES.lighthouse, 1)}${vs}`],
      ['one image over another', `${variantHash(CUES.lighthouse, 1)}${vs}?as=wipe`],
      ['an address without anything', '#/gala/v1/nothing'],
      ['the list of shows', '#/'],
      ['the help', cueHash(CUES.words)],
    ])('%s fits, and has no accessibility faults that axe can find', async (name, hash) => {
      await page.setViewportSize(viewport);
      await open(hash, '.tile, .parameters dl, .compare .picture, .absent, .shows a, .cue .notice a');
      if (name === 'the help') await page.keyboard.press('?');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
      expect(await axeFaults(page)).toEqual([]);
    });
  });
});

/** Resolves, when the final image is shown, to the shown pictures with their times since the key press. */
const OBSERVE_REPLAY = `new Promise((resolve) => {
  const seen = [];
  let startedMs = 0;
  addEventListener('keydown', () => { startedMs = performance.now(); }, { capture: true });
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (!target.hasAttribute('aria-current')) continue;
      const step = target.querySelector('.number').textContent;
      seen.push({ step, atMs: performance.now() - startedMs });
      if (step.startsWith('final')) resolve(seen);
    }
  }).observe(document.querySelector('.strip'), { attributes: true, attributeFilter: ['aria-current'], subtree: true });
})`;

/** Tries to run a script in the page; resolves to the policy that blocked it. */
const INJECT_SCRIPT = `new Promise((resolve) => {
  document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
  const script = document.createElement('script');
  script.text = 'globalThis.hacked = 4';
  document.head.append(script);
}).catch(() => 'trusted types')`;
