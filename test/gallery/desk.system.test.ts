import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { chromium, cueHash, nameOf, PHONE, useGallery, variantHash } from '../support/gallery-page.js';
import { CUES, FLAWS, storeVariant } from '../support/gallery-show.js';

/** More variants than fit on a screen. */
const MANY = 40;
const CUE = CUES.hostile;

const isSeen = (page: Page, label: string) =>
  page.evaluate<boolean>(`(() => {
    const grid = document.querySelector('.grid').getBoundingClientRect();
    const tile = document.querySelector(${JSON.stringify(`[aria-label=${JSON.stringify(label)}]`)})?.getBoundingClientRect();
    return tile !== undefined && tile.top >= grid.top - 1 && tile.bottom <= grid.bottom + 1;
  })()`);

describe.skipIf(chromium === undefined)('all variants of a cue', () => {
  const opened = useGallery({
    fill: async (store) => {
      for (let variantId = 5; variantId <= MANY; variantId += 1)
        await storeVariant(store, { cueId: CUE, variantId }, variantId % 7, true);
    },
  });
  let page: Page;

  beforeEach(() => {
    ({ page } = opened());
  });

  const open = (hash = cueHash(CUE), sign?: string) => opened().open(hash, sign);
  const tile = (variantId: number, rest = ', stored') => opened().tile(CUE, variantId, rest);
  const name = (variantId: number) => nameOf(CUE, variantId, ', stored');
  const selected = () => page.locator('[role=gridcell][aria-selected=true]').allInnerTexts();
  const numbers = async () => (await selected()).map((text) => Number.parseInt(text, 10));
  const onCanvases = <Value>(what: string) =>
    page.evaluate<Value[]>(`[...document.querySelectorAll('canvas')].map((canvas) => ${what})`);
  const columns = () => page.locator('.grid').getAttribute('aria-colcount').then(Number);

  it('are reached from the contact sheet and lead back to it', async () => {
    await open('');
    await page.locator('.heading a', { hasText: 'an odd name' }).click();
    await page.waitForSelector('.cue h2:has-text("an odd name")');
    await expect.poll(() => page.title()).toBe('an odd name: gala / v1');
    await page.keyboard.press('Escape');
    await page.waitForSelector('[role=columnheader]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('v');
    await page.waitForSelector('.cue h2:has-text("the sea was calm")');
    await page.keyboard.press(']');
    await page.waitForSelector('.cue h2:has-text("a lighthouse")');
    expect(opened().place()).toBe(`#/gala/v1/${CUES.lighthouse}`);
  });

  it('fill lines as wide as the window, in any size up to one picture at a time, and the size is remembered', async () => {
    await open();
    const wide = await columns();
    await page.setViewportSize({ width: 700, height: 768 });
    await expect.poll(columns).toBeLessThan(wide);
    const rows = () => page.locator('.grid').getAttribute('aria-rowcount').then(Number);
    expect(await rows()).toBe(Math.ceil(MANY / (await columns())));
    await page.locator('[aria-label="Tile size"]').focus();
    await page.keyboard.press('End');
    await expect.poll(columns).toBe(1);
    const [grid, first] = [await page.locator('.grid').boundingBox(), await tile(1).boundingBox()];
    expect(first?.height).toBeCloseTo(grid?.height ?? 0, 0);
    await page.reload();
    await page.waitForSelector('.tile');
    expect(await columns()).toBe(1);
    await expect.poll(() => page.locator('.tile img').first().getAttribute('src')).toContain('-1024.webp');
  });

  it('can be walked through by keyboard, line by line, and keep the position when the stage is opened', async () => {
    await open();
    const across = await columns();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    expect(await opened().focused()).toBe(name(across + 2));
    await page.keyboard.press('End');
    expect(await opened().focused()).toBe(name(MANY));
    expect(await isSeen(page, name(MANY))).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.step[aria-current]');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    expect(opened().place()).toBe(`#/gala/v1/${CUE}/${MANY - 2}`);
    await page.keyboard.press('Escape');
    expect(opened().place()).toBe(`#/gala/v1/${CUE}`);
    await expect.poll(() => opened().focused()).toBe(name(MANY - 2));
    expect(await isSeen(page, name(MANY - 2))).toBe(true);
  });

  it('are selected by click, with Shift and with Ctrl, and by keys', async () => {
    await open();
    await tile(2).hover();
    await tile(2).locator('.check').click();
    expect(await numbers()).toEqual([2]);
    await tile(5).click({ modifiers: ['Shift'] });
    expect(await numbers()).toEqual([2, 3, 4, 5]);
    await tile(4).click({ modifiers: ['Shift'] });
    expect(await numbers()).toEqual([2, 3, 4]);
    await tile(3).click({ modifiers: ['ControlOrMeta'] });
    expect(await numbers()).toEqual([2, 4]);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    expect(await numbers()).toEqual([2, 3, 4, 5]);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    expect(await numbers()).toEqual([2, 3, 4, 5, 6]);
    await expect.poll(() => page.locator('.cue-head .selected').textContent()).toBe('5 selected');
    await page.keyboard.press('ControlOrMeta+a');
    await expect.poll(() => page.locator('#selection').textContent()).toBe(`Selected: ${MANY}`);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#selection').textContent()).toBe('Selected: 0');
    expect(opened().place()).toBe(`#/gala/v1/${CUE}`);
  });

  it('are filtered by state and by seed, and the filter is in the address', async () => {
    await open(cueHash(CUES.lighthouse));
    await page.selectOption('[aria-label=State]', 'missing');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1);
    expect(opened().place()).toBe(`#/gala/v1/${CUES.lighthouse}?state=missing`);
    await page.click('text=Show all');
    await open();
    await page.fill('[aria-label=Seed]', '103');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(10);
    await page.fill('[aria-label=Seed]', '1033');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1);
    expect(await tile(33).count()).toBe(1);
    await page.reload();
    await page.waitForSelector('.tile');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1);
    await page.fill('[aria-label=Seed]', '99');
    await page.waitForSelector('text=No variant of this cue matches.');
  });

  it('are found by seed in the whole show, and the filter is kept from view to view', async () => {
    await open('');
    await page.fill('[aria-label=Seed]', '1033');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1);
    expect(opened().place()).toBe('#/gala/v1?seed=1033');
    await tile(33).click();
    await page.waitForSelector('.variant');
    await page.keyboard.press('ArrowDown');
    await page.waitForSelector('text=There is no next variant.', { state: 'attached' });
    await page.keyboard.press('Escape');
    await page.waitForSelector('.sheet');
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(1);
    await page.fill('[aria-label=Seed]', '1001');
    // The seeds of each cue count up from its first.
    await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(5);
  });

  it('are replaced by links to matching cues if this one does not match the search', async () => {
    await open(cueHash(CUES.lighthouse));
    await page.keyboard.press('/');
    await page.keyboard.type('crowd');
    await page.waitForSelector('text=This cue does not match the search. 1 do:');
    await page.locator('.cue .notice a').click();
    await page.waitForSelector('.cue h2:has-text("a crowd in a field")');
    expect(opened().place()).toBe(`#/gala/v1/${CUES.slider}?q=crowd`);
    expect(await page.locator('.cue .notice').isVisible()).toBe(false);
  });

  it('can be compared, two to four of them, with replay and zoom in common', async () => {
    await open();
    for (const variantId of [1, 2, 6]) await tile(variantId).click({ modifiers: ['ControlOrMeta'] });
    await page.keyboard.press('c');
    await page.waitForSelector('.compare');
    expect(opened().place()).toBe(`#/gala/v1/${CUE}/1/vs/${CUE}/2/vs/${CUE}/6`);
    const names = () => onCanvases<string>('canvas.getAttribute("aria-label")');
    expect(await names()).toEqual([1, 2, 6].map((variantId) => nameOf(CUE, variantId)));
    await page.waitForLoadState('networkidle');
    const seen = page.evaluate<number[]>(TOGETHER);
    await page.keyboard.press('Space');
    expect(Math.max(...(await seen))).toBe(3);
    await expect.poll(() => page.locator('.clock').textContent()).toBe('0.70 of 0.70 s');
    const places = () => onCanvases<string>('canvas.style.transform + canvas.style.width');
    const whole = await places();
    await page.keyboard.press('z');
    await expect.poll(places).not.toEqual(whole);
    expect(new Set(await places()).size).toBe(1);
    await page.locator('.picture:not(.live)').nth(1).hover();
    await page.mouse.wheel(0, -400);
    await expect.poll(() => page.locator('.transport .zoom').textContent()).not.toBe('100 %');
    expect(new Set(await places()).size).toBe(1);
    await page.keyboard.press('Escape');
    expect(opened().place()).toBe(`#/gala/v1/${CUE}`);
    expect(await numbers()).toEqual([1, 2, 6]);
  });

  it('can be zoomed to pixels, moved, and shown in full screen', async () => {
    await open(variantHash(CUE, 1));
    await page.waitForSelector('.step[aria-current]');
    const canvas = page.locator('canvas');
    const box = async () => (await canvas.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await expect.poll(() => canvas.getAttribute('width')).toBe('96');
    const whole = await box();
    await page.keyboard.press('z');
    await expect.poll(async () => (await box()).width).toBe(96);
    await page.keyboard.press('z');
    await expect.poll(box).toEqual(whole);
    for (let times = 0; times < 3; times += 1) await page.keyboard.press('+');
    await expect.poll(async () => (await box()).width).toBeGreaterThan(3 * whole.width);
    expect(await onCanvases('canvas.style.imageRendering')).toEqual(['pixelated']);
    const before = await box();
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(async () => (await box()).x).toBeLessThan(before.x);
    const { x } = await box();
    await page.mouse.move(400, 300);
    await page.mouse.down();
    await page.mouse.move(500, 300, { steps: 4 });
    await page.mouse.up();
    expect((await box()).x).toBeCloseTo(x + 100, 0);
    expect(await page.locator('.play').textContent()).toBe('▶ Play');
    await page.keyboard.press('f');
    await expect.poll(() => page.evaluate('document.fullscreenElement?.className')).toBe('stage');
    await page.keyboard.press('f');
    await expect.poll(() => page.evaluate('document.fullscreenElement')).toBe(null);
  });

  it('load a few thumbnails at a time, so that the live stream never waits', async () => {
    const waiting = new Set<string>();
    let most = 0;
    let letGo = () => {};
    const released = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route('**/thumbs/**', async (route) => {
      waiting.add(route.request().url());
      most = Math.max(most, waiting.size);
      await released;
      await route.continue();
      waiting.delete(route.request().url());
    });
    await open(cueHash(CUE), '.tile');
    await page.waitForSelector('text=store only');
    const { missing } = FLAWS;
    await storeVariant(opened().store, missing, 1, true);
    await expect.poll(() => page.locator('.counts').textContent()).not.toContain('missing');
    expect(most).toBe(4);
    letGo();
    await expect.poll(() => page.evaluate(LOADED)).toBe(true);
  });
});

describe.skipIf(chromium === undefined)('all variants of a cue, on a phone', () => {
  const opened = useGallery({ context: { viewport: PHONE, hasTouch: true, isMobile: true } });
  const stepShown = () => opened().page.locator('.step[aria-current]').textContent();

  it('are selected by a long press on one, then by tapping', async () => {
    const { page, open, tile } = opened();
    await open(cueHash(CUES.hostile));
    await touch(page, tile(CUES.hostile, 1, ', stored'), 'rest');
    await expect.poll(() => tile(CUES.hostile, 1, ', stored').getAttribute('aria-selected')).toBe('true');
    await tile(CUES.hostile, 2, ', stored').tap();
    await expect.poll(() => page.locator('#selection').textContent()).toBe('Selected: 2');
    await tile(CUES.hostile, 1, ', stored').tap();
    await tile(CUES.hostile, 2, ', stored').tap();
    await expect.poll(() => page.locator('#selection').textContent()).toBe('Selected: 0');
    await tile(CUES.hostile, 2, ', stored').tap();
    await page.waitForSelector('.step');
    expect(opened().place()).toBe(`#/gala/v1/${CUES.hostile}/2`);
  });

  it('play when tapped, and open their neighbours when swiped', async () => {
    const { page, open, place } = opened();
    await open(variantHash(CUES.hostile, 2));
    await page.waitForSelector('.step[aria-current]');
    const began = page.evaluate(BEGINS_TO_PLAY);
    await page.locator('.picture:not(.live)').tap();
    await began;
    await expect.poll(stepShown).toContain('final');
    await touch(page, page.locator('.picture:not(.live)'), 'swipe left');
    await expect.poll(place).toBe(`#/gala/v1/${CUES.hostile}/3`);
    await touch(page, page.locator('.picture:not(.live)'), 'swipe right');
    await expect.poll(place).toBe(`#/gala/v1/${CUES.hostile}/2`);
    await page.waitForSelector('.step[aria-current]');
    await touch(page, page.locator('.picture:not(.live)'), 'pinch');
    await page.waitForSelector('.picture.zoomed');
  });
});

type Touch = 'rest' | 'swipe left' | 'swipe right' | 'pinch';

/** Sends touch events, from which the browser makes pointer events, clicks and menus. */
async function touch(page: Page, on: ReturnType<Page['locator']>, how: Touch): Promise<void> {
  const box = (await on.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  const pinch = how === 'pinch';
  const fingers = (by: number) =>
    pinch
      ? [
          { x: x - 20 - by, y },
          { x: x + 20 + by, y },
        ]
      : [{ x: x + by, y }];
  await send('touchStart', fingers(0));
  if (how === 'rest') await page.waitForSelector('[aria-selected=true]');
  const way = how === 'swipe left' ? -120 : how === 'rest' ? 0 : pinch ? 60 : 120;
  for (let part = 1; part <= 4 && way !== 0; part += 1) await send('touchMove', fingers((way * part) / 4));
  await send('touchEnd', []);
}

/** Resolves as soon as the play button is a pause button, also if the replay is over at once. */
const BEGINS_TO_PLAY = `new Promise((resolve) => {
  const play = document.querySelector('.play');
  const look = () => play.textContent.includes('Pause') && resolve();
  new MutationObserver(look).observe(play, { childList: true, characterData: true, subtree: true });
})`;

const LOADED = `(() => {
  const images = [...document.querySelectorAll('.tile img')];
  return images.length > 0 && images.every((image) => image.complete && image.naturalWidth > 0);
})()`;

/** Resolves, when the replay is over, to the number of canvases that changed, for each frame with a change. */
const TOGETHER = `new Promise((resolve) => {
  const canvases = [...document.querySelectorAll('canvas')];
  const look = () => canvases.map((canvas) => canvas.toDataURL());
  let before = look();
  const changes = [];
  const frame = () => {
    const now = look();
    const changed = now.filter((picture, index) => picture !== before[index]).length;
    if (changed > 0) changes.push(changed);
    before = now;
    const over = changes.length > 0 && document.querySelector('.play').textContent.includes('Play');
    if (over) resolve(changes);
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;
