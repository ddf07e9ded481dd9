/** Requests during a long listing: which wait for it, and which are answered from the known index. */
import { afterEach, expect, it, vi } from 'vitest';
import { ShowIndexWatcher } from '../../gallery/show-index-watcher.js';
import { memoryStore } from '../bench/orchestration/memory-store.js';

const EARLIER = { project: 'gala', version: 'v1' };
const LATER = { project: 'gala', version: 'v2' };
const LISTING_MS = 5_000;

afterEach(() => void vi.restoreAllMocks());

/** A store whose listings take seconds of a fake clock; the second one waits until the test releases it. */
async function slowStore() {
  const store = memoryStore();
  const put = (version: string) =>
    store.put(`gala/${version}/cues/c/1/final.png`, Buffer.from('x'), { contentType: 'image/png' });
  await put('v1');
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let listings = 0;
  const watcher = new ShowIndexWatcher({
    ...store,
    async *list(prefix, options) {
      now += LISTING_MS;
      if (++listings > 1) await gate;
      yield* store.list(prefix, options);
    },
  });
  await watcher.upToDate();
  now += 20 * LISTING_MS;
  await put('v2');
  return { watcher, letGo };
}

it('answers at once for a known show, while the listing goes on', async () => {
  const { watcher, letGo } = await slowStore();
  await watcher.upToDate(EARLIER);
  expect(watcher.summaries().map(({ version }) => version)).toEqual(['v1']);
  letGo();
  await watcher.refresh();
  expect(watcher.summaries().map(({ version }) => version)).toEqual(['v1', 'v2']);
  watcher.close();
});

it('waits for the listing if the show is not known yet', async () => {
  const { watcher, letGo } = await slowStore();
  const found = watcher.upToDate(LATER).then(() => watcher.index('gala', 'v2')?.cues.length);
  letGo();
  expect(await found).toBe(1);
  watcher.close();
});
