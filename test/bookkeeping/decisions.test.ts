/** Decisions in a store that several people decide in at once. */
import { beforeEach, expect, test } from 'vitest';
import { changeDecisions, readCueDecisions, readDecisions } from '../../bookkeeping/decisions.js';
import { decisionsKey } from '../../domain/decisions.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openFolder, SHOW } from './stored-show.js';

let store: ObjectStore;
beforeEach(async () => {
  store = await openFolder();
});

test('ten people who decide on one cue at once all have decided', async () => {
  const variants = Array.from({ length: 10 }, (_, index) => index + 1);
  await Promise.all(
    variants.map((variantId) => changeDecisions(store, SHOW, 'a', [{ variantId, verdict: 'approved' }])),
  );
  const decided = await readCueDecisions(store, SHOW, 'a');
  expect([...decided.keys()]).toEqual(variants);
});

test('of two who change the same decision from the same view, one is told', async () => {
  const seen = { verdict: null, seed: null };
  const decide = (verdict: 'approved' | 'rejected') =>
    changeDecisions(store, SHOW, 'a', [{ variantId: 1, verdict, seen }]);
  const outcomes = await Promise.allSettled([decide('approved'), decide('rejected')]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('the decisions of a show are those of all cues, or of some', async () => {
  for (const cueId of ['a', 'b']) await changeDecisions(store, SHOW, cueId, [{ variantId: 1, note: cueId }]);
  expect([...(await readDecisions(store, SHOW)).keys()]).toEqual(['a', 'b']);
  expect([...(await readDecisions(store, SHOW, new Set(['b', 'c']))).keys()]).toEqual(['b']);
});

test('a damaged document is no reason to guess', async () => {
  await store.put(decisionsKey(SHOW, 'a'), Buffer.from('{'), { contentType: 'application/json' });
  await expect(readDecisions(store, SHOW)).rejects.toThrow('decisions/a.json: is no document of decisions');
});
