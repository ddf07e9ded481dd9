import { expect, test } from 'vitest';
import {
  cueOfDecisionsKey,
  DecidedOtherwise,
  decide,
  decisionsKey,
  decisionsPrefix,
  parseDecisions,
  serializeDecisions,
} from '../../domain/decisions.js';

const AT = '2026-01-10T12:00:00.000Z';
const NONE = new Map();
const show = { project: 'demo', version: 'v1' };

test('the fields of a decision are added, changed and cleared one by one', () => {
  const approved = decide(NONE, [{ variantId: 3, verdict: 'approved', note: 'the red one' }], AT);
  expect(approved.get(3)).toEqual({ verdict: 'approved', note: 'the red one', at: AT });
  const other = decide(approved, [{ variantId: 3, seed: 7, note: null }], AT);
  expect(other.get(3)).toEqual({ verdict: 'approved', seed: 7, at: AT });
  expect(decide(other, [{ variantId: 3, seed: null, verdict: null }], AT).has(3)).toBe(false);
});

test('decisions from an outdated view are refused together, and change nothing', () => {
  const rejected = decide(NONE, [{ variantId: 1, verdict: 'rejected' }], AT);
  const seen = { verdict: null, seed: null };
  const changes = [
    { variantId: 2, verdict: 'approved' as const },
    { variantId: 1, verdict: 'approved' as const, seen },
  ];
  expect(() => decide(rejected, changes, AT)).toThrow(DecidedOtherwise);
  expect(() => decide(rejected, changes, AT)).toThrow(/variant 1 .* is rejected now/);
  const undo = { variantId: 1, verdict: null, seen: { verdict: 'rejected', seed: null } } as const;
  expect(decide(rejected, [undo], AT).size).toBe(0);
});

test('a document can be read as it was written, and any other text is refused', () => {
  const changes = [10, 2].map((variantId) => ({
    variantId,
    verdict: 'approved' as const,
    seed: 2 ** 32 - 1,
  }));
  const decisions = decide(NONE, changes, AT);
  expect(parseDecisions(serializeDecisions(decisions))).toEqual(decisions);
  for (const text of ['', '[]', '{"variants":{"0":{"at":"x"}}}', '{"variants":{"1":{"seed":-1,"at":"x"}}}'])
    expect(() => parseDecisions(text)).toThrow('no document of decisions');
});

test('the key of a document contains the cue id', () => {
  const key = decisionsKey(show, 'prompt_3_00_01_00');
  expect(key).toBe('demo/v1/pregen/decisions/prompt_3_00_01_00.json');
  expect(cueOfDecisionsKey(decisionsPrefix(show), key)).toBe('prompt_3_00_01_00');
});
