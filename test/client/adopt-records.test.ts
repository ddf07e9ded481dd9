/** Records for images of an earlier version, from the parameters in their PNGs. */
import { expect, test } from 'vitest';
import { recordOf } from '../../bookkeeping/records.js';
import { findStale } from '../../bookkeeping/stale.js';
import { adoptRecords } from '../../client/audit/adopt-records.js';
import { generationParameters } from '../../domain/generation-parameters.js';
import { takeInventory } from '../../domain/inventory.js';
import { cuesPrefix, finalKey, PNG_CONTENT_TYPE } from '../../domain/object-keys.js';
import { type CueTask, requestVariant } from '../../domain/show-plan.js';
import { encodePng } from '../../engine/files/png.js';
import { FILES, openFolder, SHOW, tasksOf } from '../bookkeeping/stored-show.js';
import { putPreviews, putTiming, upTo } from '../support/stored-variant.js';

const PIXELS = { data: new Uint8Array(12), width: 2, height: 2 };
const WORDS = 'a lighthouse,\nNegative prompt: none, "Café"';

async function earlierStore(tasks: readonly CueTask[]) {
  const store = await openFolder();
  for (const task of tasks) {
    const request = requestVariant(task, 1, 42);
    const parameters = generationParameters(request, {
      scheduler: 'EulerDiscreteScheduler',
      modelDigest: FILES,
    });
    await store.put(finalKey(request), await encodePng(PIXELS, parameters), {
      contentType: PNG_CONTENT_TYPE,
    });
    if (!task.settings.previews) continue;
    await putPreviews(store, request, 2, 16);
    await putTiming(store, request, upTo(2));
  }
  return store;
}

test('an image gets its record once, with its seed, its previews and its time', async () => {
  const tasks = tasksOf(WORDS);
  const store = await earlierStore(tasks);
  expect(await adoptRecords({ show: SHOW, tasks }, store)).toEqual({ adopted: 2, silent: [] });
  const record = (await recordOf(store, { project: 'test', version: 'v1', cueId: 'prompt_1', variantId: 1 }))
    ?.record;
  expect(record).toMatchObject({ seed: 42, previews: 2, durationMs: 30 });
  expect(await adoptRecords({ show: SHOW, tasks }, store)).toEqual({ adopted: 0, silent: [] });
});

test('an adopted image is compared only in what its PNG tells: prompt, size, steps, model', async () => {
  const tasks = tasksOf(WORDS);
  const store = await earlierStore(tasks);
  await adoptRecords({ show: SHOW, tasks }, store);
  const inventory = await takeInventory(cuesPrefix(SHOW), store.list(cuesPrefix(SHOW)));
  const stale = async (asked: readonly CueTask[], files = FILES) => {
    const found = await findStale(
      store,
      SHOW,
      asked,
      { inventory, decisions: new Map() },
      { painter: files },
    );
    return [...found].map(([cueId, variants]) => [cueId, variants.get(1)]);
  };
  expect(await stale(tasks)).toEqual([]);
  expect(await stale(tasksOf('other words'))).toEqual([['prompt_1', ['prompt']]]);
  const vae = tasks.map((task) => ({
    ...task,
    settings: { ...task.settings, model: { ...task.settings.model, previews: 'vae' as const } },
  }));
  expect(await stale(vae)).toEqual([]);
  const weighted = tasks.map((task) => ({
    ...task,
    settings: { ...task.settings, promptSyntax: 'weighted' as const },
  }));
  expect(await stale(weighted)).toEqual([
    ['prompt_1', ['prompt syntax']],
    ['transcript_2', ['prompt syntax']],
  ]);
  expect(await stale(tasks, 'cd'.repeat(32))).toEqual([
    ['prompt_1', ['model']],
    ['transcript_2', ['model']],
  ]);
});

test('an adopted image is compared with the LoRAs in its PNG', async () => {
  const painted = (scale: number) =>
    tasksOf(WORDS).map(({ settings, ...task }) => {
      const model = { ...settings.model, loras: [{ path: 'painter.safetensors', scale }] };
      return { ...task, settings: { ...settings, model } };
    });
  const store = await earlierStore(painted(0.8));
  // With a show that has no LoRAs any more.
  await adoptRecords({ show: SHOW, tasks: tasksOf(WORDS) }, store);
  const inventory = await takeInventory(cuesPrefix(SHOW), store.list(cuesPrefix(SHOW)));
  const stale = async (asked: readonly CueTask[]) =>
    [...(await findStale(store, SHOW, asked, { inventory, decisions: new Map() })).values()].map((one) =>
      one.get(1),
    );
  expect(await stale(painted(0.8))).toEqual([]);
  expect(await stale(painted(0.7))).toEqual([['LoRAs'], ['LoRAs']]);
  expect(await stale(tasksOf(WORDS))).toEqual([['LoRAs'], ['LoRAs']]);
});

test('the record contains how prompts were read, as told by the PNG', async () => {
  const tasks = tasksOf(WORDS).map((task) => ({
    ...task,
    settings: { ...task.settings, longPrompts: 'chunk' as const },
  }));
  const store = await earlierStore(tasks);
  const asked = tasksOf(WORDS).map((task) => ({
    ...task,
    settings: { ...task.settings, promptSyntax: 'weighted' as const },
  }));
  await adoptRecords({ show: SHOW, tasks: asked }, store);
  const inventory = await takeInventory(cuesPrefix(SHOW), store.list(cuesPrefix(SHOW)));
  const found = await findStale(store, SHOW, asked, { inventory, decisions: new Map() });
  expect(found.get('prompt_1')?.get(1)).toEqual(['long prompts', 'prompt syntax']);
});

test('an image without parameters is named, and gets no record', async () => {
  const [task] = tasksOf();
  if (task === undefined) throw new Error('no task');
  const spoken = { ...task, settings: { ...task.settings, previews: false } };
  const store = await openFolder();
  const address = { ...spoken, variantId: 1 };
  await store.put(finalKey(address), await encodePng(PIXELS), { contentType: PNG_CONTENT_TYPE });
  const silent = [{ cueId: 'prompt_1', variantId: 1 }];
  expect(await adoptRecords({ show: SHOW, tasks: [spoken] }, store)).toEqual({ adopted: 0, silent });
});
