/**
 * What people do with an image: other takes, decisions, repair of lost objects, changed prompts; all by commands, on the whole
 * stack with the demo model.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { finalKey, variantPrefix } from '../../domain/object-keys.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { contentOf } from '../bookkeeping/stored-show.js';
import { CUE_IDS, writeSmallShow } from './small-show.js';
import { type Stage, setStage } from './stage.js';

let stage: Stage;
let showFile: string;
let store: ObjectStore;
const cueId = CUE_IDS.prompt;
const at = (variantId: number, take?: number) => ({
  ...{ project: 'small', version: 'v1', cueId, variantId },
  ...(take === undefined ? {} : { take }),
});

beforeAll(async () => {
  stage = await setStage();
  showFile = await writeSmallShow(join(stage.folder, 'show'));
  store = openStore(stage.stack.store);
  await done('show', 'start', showFile, '--wait');
});
afterAll(() => stage.close());

/** Runs a command that has to succeed; resolves to its JSON output. */
async function done(...args: string[]) {
  const { code, stdout, stderr } = await stage.pregen(...args, '--json');
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

const shown = async (): Promise<Record<string, number[]>> => {
  const { cues } = JSON.parse(String(await store.get('small/v1/manifest.json')));
  return Object.fromEntries(
    cues.map((cue: { cueId: string; variants: { variant: number }[] }) => [
      cue.cueId,
      cue.variants.map(({ variant }) => variant),
    ]),
  );
};

const deleteImage = async (variantId: number): Promise<void> => {
  for await (const { key } of store.list(variantPrefix(at(variantId)))) await store.delete(key);
};

it('a run writes its images into the manifest when it ends', async () => {
  expect(await shown()).toEqual({
    [CUE_IDS.transcript]: [1, 2],
    [CUE_IDS.prompt]: [1, 2],
    [CUE_IDS.untouched]: [1],
    [CUE_IDS.repainted]: [1],
  });
});

it('another take is generated beside the image and chosen, and a repair restores it to the byte', async () => {
  const before = await contentOf(store, at(1));
  await done('variant', 'start', showFile, cueId, '1', '--seed', '7', '--seed', '8');
  for (const seed of [7, 8]) await stage.client.workflow.getHandle(variantWorkflowId(at(1, seed))).result();
  expect(await contentOf(store, at(1))).toEqual(before);
  const take = await contentOf(store, at(1, 7));
  expect(Object.keys(take)).toEqual(Object.keys(before));
  const [present] = await done('take', 'list', showFile, cueId, '1');
  expect(await done('take', 'list', showFile, cueId, '1')).toMatchObject([
    { chosen: true },
    { seed: 7, chosen: false, previews: 8 },
    { seed: 8, chosen: false },
  ]);
  await done('take', 'choose', showFile, cueId, '1', '7');
  expect(await contentOf(store, at(1))).toEqual(take);

  await deleteImage(1);
  const audit = await stage.pregen('show', 'audit', showFile, '--repair', '--json');
  expect(JSON.parse(audit.stdout)).toMatchObject({ found: 1, repair: { variants: 1 } });
  await stage.client.workflow.getHandle('pregen/small/v1').result();
  const { 'timing.json': _, ...pictures } = await contentOf(store, at(1));
  const { 'timing.json': __, ...chosen } = take;
  expect(pictures).toEqual(chosen);

  await done('take', 'choose', showFile, cueId, '1', String(present.seed));
  expect(await contentOf(store, at(1))).toEqual(before);
  await done('take', 'discard', showFile, cueId, '1', '8');
  expect(await contentOf(store, at(1, 8))).toEqual({});
});

it('a rejected image is neither shown nor generated again, and an approval counts as long as the picture is the same', async () => {
  await done('decide', showFile, cueId, '1', '--approve');
  await done('decide', showFile, cueId, '2', '--reject', '--note', 'two suns');
  expect((await shown())[cueId]).toEqual([1]);
  const { review } = await done('show', 'status', showFile);
  expect(review).toMatchObject({ approved: 1, rejected: 1, undecided: 4, missing: 0 });

  await deleteImage(2);
  const blind = await stage.pregen('decide', showFile, cueId, '2', '--approve');
  expect(blind).toMatchObject({ code: 2, stderr: expect.stringContaining('variant 2 is not stored') });
  expect(await done('show', 'audit', showFile)).toMatchObject({ found: 0 });
  expect(await done('show', 'start', showFile, '--wait')).toMatchObject({ failed: 0 });
  expect(await store.head(finalKey(at(2)))).toBeUndefined();
  expect(await done('show', 'plan', showFile)).toMatchObject({ totals: { toGenerate: 0 } });

  await done('take', 'choose', showFile, cueId, '1', '7');
  expect((await done('show', 'status', showFile)).review).toMatchObject({ approved: 0, undecided: 5 });
  await done('decide', showFile, cueId, '2', '--clear');
  await done('show', 'start', showFile, '--wait');
  expect((await shown())[cueId]).toEqual([1, 2]);
});

it('a changed prompt makes exactly the images stale that were made from the old one, and they are generated again on request', async () => {
  const sheet = join(stage.folder, 'show', 'cues.json');
  const words = await readFile(sheet, 'utf8');
  await writeFile(sheet, words.replace('a forest in the snow at dawn', 'a forest at night'));
  const stale = { stale: 2, staleBecause: { prompt: 2 } };
  expect((await done('show', 'plan', showFile)).review).toMatchObject(stale);
  expect((await done('show', 'status', showFile)).review).toMatchObject(stale);
  const plan = await stage.pregen('show', 'plan', showFile);
  expect(plan.stdout).toContain(`${CUE_IDS.transcript} #1, 2: prompt changed`);
  const audit = await stage.pregen('show', 'audit', showFile, '--json');
  expect(audit.code).toBe(1);
  expect(JSON.parse(audit.stdout)).toMatchObject({ counts: { stale: 2 }, concerned: [] });
  expect(await done('show', 'start', showFile, '--stale', '--wait')).toMatchObject({ stored: 2, skipped: 4 });
  expect((await done('show', 'plan', showFile)).review).toMatchObject({ stale: 0 });
});
