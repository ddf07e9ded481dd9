/** A show in a folder store, with images as uploads leave them. */
import { join } from 'node:path';
import { writeRecord } from '../../bookkeeping/records.js';
import { fingerprintOf } from '../../domain/fingerprint.js';
import {
  finalKey,
  JSON_CONTENT_TYPE,
  PNG_CONTENT_TYPE,
  stepKey,
  timingKey,
  type VariantAddress,
  variantPrefix,
} from '../../domain/object-keys.js';
import { readShowFile } from '../../domain/show-file.js';
import { type CueTask, planCues } from '../../domain/show-plan.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { upTo } from '../support/stored-variant.js';
import { temporaryFolder } from '../support/temp-folder.js';

const SIZE = { guidance: 0, width: 64, height: 64, steps: 2 };

export const SHOW = readShowFile({
  project: 'test',
  version: 'v1',
  cues: 'cues.json',
  variants: { transcript: 2, prompt: 3 },
  models: { painter: { path: './painter' } },
  programs: {
    P0: { ...SIZE, model: 'painter', previews: false },
    P3: { ...SIZE, model: 'painter' },
  },
});

/** Cue `prompt_1` with previews, cue `transcript_2` without. */
export const tasksOf = (words = 'a lighthouse'): CueTask[] =>
  planCues(
    SHOW,
    [
      { index: 1, time: '0:00:10', action: 'prompt', cueId: 'prompt_1', program: 'P3', prompt: words },
      {
        index: 2,
        time: '0:00:20',
        action: 'transcript',
        cueId: 'transcript_2',
        program: 'P0',
        prompt: 'hello',
      },
    ],
    { showDirectory: '/show', images: {} },
  );

export const openFolder = async (): Promise<ObjectStore> =>
  openStore(`file:${join(await temporaryFolder(), 'store')}`);

/** Digest of the model's files. */
export const FILES = 'ab'.repeat(32);

/** Stores an image with two previews; its pixels differ by seed. */
export async function storeImage(
  store: ObjectStore,
  task: CueTask,
  { seed, ...at }: { variantId: number; seed: number; take?: number },
  steps = 2,
  pictureOf: (words: string) => Buffer | Promise<Buffer> = Buffer.from,
): Promise<void> {
  const address: VariantAddress = { ...task, ...at };
  const putPicture = async (key: string, words: string) =>
    store.put(key, await pictureOf(words), { contentType: PNG_CONTENT_TYPE });
  const previews = task.settings.previews ? steps : 0;
  for (let step = 1; step <= previews; step++)
    await putPicture(stepKey(address, step), `step ${step} of ${seed}`);
  await putPicture(finalKey(address), `final of ${seed}`);
  const record = {
    ...{ seed, fingerprint: fingerprintOf(task.settings, FILES), previews, durationMs: 1000 + seed },
    ...{ request: { ...task, ...at, seed }, modelDigest: FILES },
  };
  await writeRecord(store, address, record, {});
  const timing = {
    stepDurations: Object.fromEntries([...upTo(previews), 'final'].map((key) => [key, 10])),
  };
  if (previews === 0) return;
  const body = Buffer.from(JSON.stringify(timing));
  await store.put(timingKey(address), body, { contentType: JSON_CONTENT_TYPE });
}

/** Contents of an image's objects, by name. */
export async function contentOf(
  store: ObjectStore,
  address: VariantAddress,
): Promise<Record<string, string>> {
  const prefix = variantPrefix(address);
  const content: Record<string, string> = {};
  for await (const { key } of store.list(prefix))
    content[key.slice(prefix.length)] = String(await store.get(key));
  return content;
}

/** A store as an object of functions, so that a test can replace some. */
export const bound = (store: ObjectStore): ObjectStore => ({
  description: store.description,
  put: store.put.bind(store),
  copy: store.copy.bind(store),
  delete: store.delete.bind(store),
  get: store.get.bind(store),
  getVersioned: store.getVersioned.bind(store),
  head: store.head.bind(store),
  list: store.list.bind(store),
  close: () => store.close(),
});
