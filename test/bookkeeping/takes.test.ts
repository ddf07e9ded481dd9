/** Choosing, keeping and discarding takes; and a choice that is interrupted at any request. */
import { beforeEach, expect, test } from 'vitest';
import { changeDecisions, readCueDecisions } from '../../bookkeeping/decisions.js';
import { recordOf, withdraw } from '../../bookkeeping/records.js';
import { chooseTake, discardTake, listTakes } from '../../bookkeeping/takes.js';
import { given } from '../../domain/given.js';
import { timingKey, variantPrefix } from '../../domain/object-keys.js';
import type { CueTask } from '../../domain/show-plan.js';
import { type ObjectStore, StoreError } from '../../storage/object-store.js';
import { bound, contentOf, openFolder, SHOW, storeImage, tasksOf } from './stored-show.js';

let store: ObjectStore;
let task: CueTask;
const variantId = 2;
const at = (take?: number) => ({
  project: 'test',
  version: 'v1',
  cueId: 'prompt_1',
  variantId,
  ...given({ take }),
});
const seeds = async () => (await listTakes(store, at())).map(({ seed, chosen }) => [seed, chosen]);

beforeEach(async () => {
  store = await openFolder();
  const [first] = tasksOf();
  if (first === undefined) throw new Error('no task');
  task = first;
  await storeImage(store, task, { variantId, seed: 1 });
  await storeImage(store, task, { variantId, seed: 7, take: 7 }, 1);
});

test('choosing a take puts it in place and keeps the present one as a take; choosing that restores it to the byte', async () => {
  const before = { present: await contentOf(store, at()), other: await contentOf(store, at(7)) };
  expect(await seeds()).toEqual([
    [1, true],
    [7, false],
  ]);
  await chooseTake(store, at(), 7);
  expect(await contentOf(store, at())).toEqual(before.other);
  expect(await contentOf(store, at(1))).toEqual(before.present);
  expect(await recordOf(store, at())).toMatchObject({ record: { seed: 7, previews: 1 } });
  expect(await seeds()).toEqual([
    [7, true],
    [1, false],
  ]);
  await chooseTake(store, at(), 1);
  expect(await contentOf(store, at())).toEqual(before.present);
  expect(await seeds()).toEqual([
    [1, true],
    [7, false],
  ]);
});

test('the seed of a chosen take is recorded as a decision, and the verdict on the other picture no longer counts', async () => {
  await changeDecisions(store, SHOW, 'prompt_1', [{ variantId, verdict: 'rejected', note: 'too dark' }]);
  await chooseTake(store, at(), 7);
  const decided = (await readCueDecisions(store, SHOW, 'prompt_1')).get(variantId);
  expect(decided).toEqual({ seed: 7, note: 'too dark', at: decided?.at });
});

test('a choice that is interrupted at any request is completed by choosing again, and loses neither take', async () => {
  const before = { present: await contentOf(store, at()), other: await contentOf(store, at(7)) };
  for (let cutAt = 1; ; cutAt++) {
    const cut = cutOff(store, cutAt);
    const isDone = await chooseTake(cut, at(), 7).then(
      () => true,
      () => false,
    );
    await chooseTake(store, at(), 7);
    expect(await contentOf(store, at())).toEqual(before.other);
    expect(await contentOf(store, at(1))).toEqual(before.present);
    await chooseTake(store, at(), 1);
    if (isDone) break;
  }
});

test('choosing a seed that is not a take is refused with a list of the takes', async () => {
  await expect(chooseTake(store, at(), 5)).rejects.toThrow(
    'variant 2 has no take with seed 5 that is whole: it has 1, 7',
  );
  await expect(discardTake(store, at(), 5)).rejects.toThrow('it has 1, 7');
});

test('a kept take with deleted objects cannot be chosen, and is kept anew if it is the present image', async () => {
  await chooseTake(store, at(), 7);
  const kept = await contentOf(store, at(1));
  await chooseTake(store, at(), 1);
  for (const name of ['final.png', 'timing.json', '1.png']) {
    await store.delete(variantPrefix(at(1)) + name);
    await chooseTake(store, at(), 7);
    expect(await contentOf(store, at(1))).toEqual(kept);
    await chooseTake(store, at(), 1);
    await store.delete(timingKey(at(7)));
    await expect(chooseTake(store, at(), 7)).rejects.toThrow('no take with seed 7 that is whole');
    await storeImage(store, task, { variantId, seed: 7, take: 7 }, 1);
  }
});

test('a take that is generated anew while it is copied is not put in place as a mixture of both', async () => {
  let isFirst = true;
  const slow: ObjectStore = {
    ...bound(store),
    copy: async (from, to, options) => {
      if (isFirst && from.startsWith(variantPrefix(at(7)))) {
        isFirst = false;
        await withdraw(store, at(7), {});
        await storeImage(store, task, { variantId, seed: 7, take: 7 }, 2);
      }
      await store.copy(from, to, options);
    },
  };
  await expect(chooseTake(slow, at(), 7)).rejects.toThrow('made anew');
  expect(await recordOf(store, at())).toBeUndefined();
  await chooseTake(store, at(), 7);
  expect(await contentOf(store, at())).toEqual(await contentOf(store, at(7)));
});

test('an image of an earlier version is not replaced before it is known which take it is', async () => {
  await store.delete((await recordOf(store, at()))?.key ?? '');
  const before = await contentOf(store, at());
  await expect(chooseTake(store, at(), 7)).rejects.toThrow('show audit FILE --adopt');
  expect(await contentOf(store, at())).toEqual(before);
  expect((await readCueDecisions(store, SHOW, 'prompt_1')).size).toBe(0);
});

test('discarding a take removes all its objects; the chosen one cannot be discarded', async () => {
  await expect(discardTake(store, at(), 1)).rejects.toThrow('take 1 is the chosen one');
  await discardTake(store, at(), 7);
  expect(await seeds()).toEqual([[1, true]]);
  expect(await contentOf(store, at(7))).toEqual({});
});

/** A store that fails at its `n`th change. */
function cutOff(store: ObjectStore, n: number): ObjectStore {
  let changes = 0;
  const change =
    <Arguments extends unknown[], Result>(work: (...args: Arguments) => Promise<Result>) =>
    (...args: Arguments): Promise<Result> => {
      changes += 1;
      if (changes < n) return work(...args);
      const facts = { kind: 'transient', verb: 'put', key: 'any', store: 'test' } as const;
      throw new StoreError({ ...facts, problem: 'it is gone', remedy: 'Wait.' });
    };
  return {
    ...bound(store),
    put: change(store.put.bind(store)),
    copy: change(store.copy.bind(store)),
    delete: change(store.delete.bind(store)),
  };
}
