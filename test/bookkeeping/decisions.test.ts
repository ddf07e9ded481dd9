/** Decisions of several people at once in one store. */
import { beforeEach, expect, test } from 'vitest';
import { changeDecisions, readCueDecisions, readDecisions } from '../../bookkeeping/decisions.js';
import { decisionsKey } from '../../domain/decisions.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openFolder, SHOW } from './stored-show.js';

let store: ObjectStore;
beforeEach(async () => {
  store = await openFolder();
});

test('the decisions of ten people on one cue at once are all stored', async () => {
  const variants = Array.from({ length: 10 }, (_, index) => index + 1);
  await Promise.all(
    variants.map((variantId) => changeDecisions(store, SHOW, 'a', [{ variantId, verdict: 'approved' }])),
  );
  const decided = await readCueDecisions(store, SHOW, 'a');
  expect([...decided.keys()]).toEqual(variants);
});

test('of two people who change the same decision from the same view, one is refused', async () => {
  const seen = { verdict: null, seed: null };
  const decide = (verdict: 'approved' | 'rejected') =>
    changeDecisions(store, SHOW, 'a', [{ variantId: 1, verdict, seen }]);
  const outcomes = await Promise.allSettled([decide('approved'), decide('rejected')]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('the decisions of a show can be read for all cues or for some', async () => {
  for (const cueId of ['a', 'b']) await changeDecisions(store, SHOW, cueId, [{ variantId: 1, note: cueId }]);
  expect([...(await readDecisions(store, SHOW)).keys()]).toEqual(['a', 'b']);
  expect([...(await readDecisions(store, SHOW, new Set(['b', 'c']))).keys()]).toEqual(['b']);
});

test('a damaged document is an error', async () => {
  await store.put(decisionsKey(SHOW, 'a'), Buffer.from('{'), { contentType: 'application/json' });
  await expect(readDecisions(store, SHOW)).rejects.toThrow('decisions/a.json: is no document of decisions');
});
