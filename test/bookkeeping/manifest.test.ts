/** The manifest names exactly the variants that are stored and not rejected, also with several writers at once. */
import { beforeEach, expect, test } from 'vitest';
import { changeDecisions } from '../../bookkeeping/decisions.js';
import { rewriteCue, writeManifest } from '../../bookkeeping/manifest.js';
import { recordOf } from '../../bookkeeping/records.js';
import { manifestKey } from '../../domain/manifest.js';
import { stepKey, timingKey } from '../../domain/object-keys.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { bound, openFolder, SHOW, storeImage, tasksOf } from './stored-show.js';

let store: ObjectStore;
const tasks = tasksOf();
const [painted, spoken] = tasks as [CueTask, CueTask];

beforeEach(async () => {
  store = await openFolder();
  for (const variantId of [1, 3]) await storeImage(store, painted, { variantId, seed: variantId });
  await storeImage(store, spoken, { variantId: 2, seed: 5 });
  await storeImage(store, painted, { variantId: 9, seed: 9 });
});

const written = async () => JSON.parse(String(await store.get(manifestKey(SHOW))));

test('the manifest has the cues in the order of the sheet, with the variants that may be shown', async () => {
  await store.delete(timingKey({ ...painted, variantId: 3 }));
  await writeManifest(store, SHOW, tasks);
  expect(await written()).toMatchObject({
    ...{ format: 1, project: 'test', version: 'v1' },
    cues: [
      {
        ...{ cueId: 'prompt_1', index: 1, time: '0:00:10', action: 'prompt', program: 'P3' },
        ...{ prompt: 'a lighthouse', width: 64, height: 64 },
        variants: [{ variant: 1, previews: 2, durationMs: 1001 }],
      },
      { cueId: 'transcript_2', variants: [{ variant: 2, previews: 0, durationMs: 1005 }] },
    ],
  });
});

test('a rejected variant is removed from the manifest, and the other cues stay as they are', async () => {
  await writeManifest(store, SHOW, tasks);
  await changeDecisions(store, SHOW, 'prompt_1', [{ variantId: 1, verdict: 'rejected' }]);
  await rewriteCue(store, SHOW, tasks, 'prompt_1');
  const { cues } = await written();
  expect(
    cues.map((cue: { variants: { variant: number }[] }) => cue.variants.map(({ variant }) => variant)),
  ).toEqual([[3], [2]]);
});

test('an image of an earlier version, which has no record, is listed by its timing', async () => {
  const record = await recordOf(store, { ...painted, variantId: 1 });
  await store.delete(record?.key ?? '');
  await store.delete(stepKey({ ...painted, variantId: 1 }, 2));
  const timing = '{"stepDurations":{"1":40,"final":7}}';
  await store.put(timingKey({ ...painted, variantId: 1 }), Buffer.from(timing), {
    contentType: 'application/json',
  });
  await writeManifest(store, SHOW, tasks);
  expect((await written()).cues[0].variants[0]).toEqual({ variant: 1, previews: 1, durationMs: 47 });
});

test('a decision after the sheet has changed brings the whole manifest up to date', async () => {
  await writeManifest(store, SHOW, [spoken]);
  await changeDecisions(store, SHOW, 'prompt_1', [{ variantId: 1, verdict: 'rejected' }]);
  await rewriteCue(store, SHOW, tasks, 'prompt_1');
  expect((await written()).cues.map(({ cueId }: { cueId: string }) => cueId)).toEqual([
    'prompt_1',
    'transcript_2',
  ]);
  await rewriteCue(store, SHOW, [painted], 'prompt_1');
  expect((await written()).cues).toHaveLength(1);
});

test('an image with a damaged timing is listed as one without previews', async () => {
  const address = { ...painted, variantId: 3 };
  await store.delete((await recordOf(store, address))?.key ?? '');
  for (const damaged of ['', '[]', 'null', '{"stepDurations":{"1":"x"}}']) {
    await store.put(timingKey(address), Buffer.from(damaged), { contentType: 'application/json' });
    await writeManifest(store, SHOW, tasks);
    expect((await written()).cues[0].variants[1]).toEqual({ variant: 3, previews: 0 });
  }
});

test('a manifest that was composed before a rejection never replaces the one after it', async () => {
  await writeManifest(store, SHOW, tasks);
  let isFirst = true;
  const slow: ObjectStore = {
    ...bound(store),
    put: async (key, body, options) => {
      if (isFirst && key === manifestKey(SHOW)) {
        isFirst = false;
        await changeDecisions(store, SHOW, 'prompt_1', [{ variantId: 1, verdict: 'rejected' }]);
        await rewriteCue(store, SHOW, tasks, 'prompt_1');
      }
      await store.put(key, body, options);
    },
  };
  await writeManifest(slow, SHOW, tasks);
  expect((await written()).cues[0].variants).toEqual([{ variant: 3, previews: 2, durationMs: 1003 }]);
});

test('an object under the manifest’s key that is not a manifest is replaced', async () => {
  await store.put(manifestKey(SHOW), Buffer.from('<html>'), { contentType: 'text/html' });
  await rewriteCue(store, SHOW, tasks, 'prompt_1');
  expect((await written()).cues).toHaveLength(2);
});
