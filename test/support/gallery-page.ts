/**
 * The gallery of the small show in a real browser, shared by its tests. A test fails if the page logged an error other than
 * images that could not be loaded.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { findChromium, startChromium, type TestBrowser } from './chromium.js';
import { promptOf, storeShow } from './gallery-show.js';

export const chromium = findChromium((line) => process.stderr.write(`gallery tests: ${line}\n`));

/** The widest screen of a common projector, a phone, and a wall of 4K. */
export const DESKTOP = { width: 1360, height: 768 };
export const PHONE = { width: 390, height: 800 };
export const WALL = { width: 3840, height: 2160 };

export interface OpenGallery {
  readonly page: Page;
  readonly store: ObjectStore;
  readonly gallery: Gallery;
  readonly folder: string;
  open(hash?: string, sign?: string): Promise<void>;
  tile(cueId: string, variantId: number, rest?: string): Locator;
  /** The part of the address behind the `#`. */
  place(): string;
  /** Label of the focused element. */
  focused(): Promise<string | null>;
  /** Forgets the page's errors: the test has caused them. */
  forgive(): void;
}

/** @param fill stores more than the small show */
export function useGallery({
  context = {},
  fill = async () => {},
}: {
  readonly context?: BrowserContextOptions;
  readonly fill?: (store: ObjectStore) => Promise<void>;
} = {}): () => OpenGallery {
  let browser: TestBrowser | undefined;
  let started: Pick<OpenGallery, 'store' | 'gallery' | 'folder'> | undefined;
  let opened: OpenGallery | undefined;
  let complaints: string[] = [];
  beforeAll(async () => {
    started = await startOnSmallShow(fill);
    browser = await startChromium(chromium ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await started?.gallery.close();
    started?.store.close();
    if (started !== undefined) await rm(started.folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    complaints = [];
    if (browser === undefined || started === undefined) throw new Error('the gallery has not started');
    const page = await (await browser.browser.newContext({ viewport: DESKTOP, ...context })).newPage();
    listen(page, (complaint) => complaints.push(complaint));
    opened = { ...started, page, ...helpers(page, started.gallery), forgive: () => (complaints = []) };
  });
  afterEach(async () => {
    await opened?.page.context().close();
    expect(complaints).toEqual([]);
  });
  return () => {
    if (opened === undefined) throw new Error('no page is open');
    return opened;
  };
}

async function startOnSmallShow(fill: (store: ObjectStore) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
  const store = openStore(`file:${folder}/store`);
  await storeShow(store);
  await fill(store);
  const gallery = await startGallery({
    store,
    port: 0,
    thumbnailFolder: `${folder}/thumbnails`,
    scanEveryMs: 50,
  });
  return { folder, store, gallery };
}

function listen(page: Page, complain: (complaint: string) => void): void {
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => complain(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complain(message.text());
  });
}

const helpers = (page: Page, gallery: Gallery) => ({
  open: async (hash = '', sign = '.tile, .step, .compare .picture') => {
    await page.goto(`${gallery.url}${hash}`);
    await page.waitForSelector(sign);
  },
  tile: (cueId: string, variantId: number, rest = '') =>
    page.locator(`[role=gridcell][aria-label=${JSON.stringify(nameOf(cueId, variantId, rest))}]`),
  place: () => decodeURIComponent(new URL(page.url()).hash),
  focused: () => page.locator(':focus').getAttribute('aria-label'),
});

/** The label of a tile for screen readers, with long prompts cut. */
export function nameOf(cueId: string, variantId: number, rest = ''): string {
  const prompt = promptOf(cueId);
  const cut = prompt.length <= 100 ? prompt : `${prompt.slice(0, 99)}…`;
  return `${cut}, variant ${variantId}${rest}`;
}

export const cueHash = (cueId: string): string => `#/gala/v1/${encodeURIComponent(cueId)}`;

export const variantHash = (cueId: string, variantId: number): string => `${cueHash(cueId)}/${variantId}`;

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Violations that axe finds of WCAG 2.0 to 2.2, levels A and AA, and of its best practices. */
export async function axeFaults(page: Page): Promise<string[]> {
  // By the debugger, because the page's content security policy forbids scripts of others.
  await page.evaluate(`${await readFile(axePath, 'utf8')}; undefined`);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    'axe.run()',
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  );
}
