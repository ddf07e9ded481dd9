/** What a listing says about the variants of a version. */
import { expect, test } from 'vitest';
import { isStored, takeInventory } from '../../domain/inventory.js';

const PREFIX = 'show/v1/cues/';

async function* listing(...names: string[]) {
  for (const name of names) yield { key: PREFIX + name };
}

test('an inventory counts the objects of each variant and ignores what is none', async () => {
  const inventory = await takeInventory(
    PREFIX,
    listing('a/1/1.png', 'a/1/2.png', 'a/1/final.png', 'a/2/timing.json', 'a/notes.txt', 'a/1/final.png.bak'),
  );
  expect(inventory.get('a')?.get(1)).toEqual({ final: true, timing: false, steps: 2 });
  expect(inventory.get('a')?.get(2)).toEqual({ final: false, timing: true, steps: 0 });
  expect(inventory.size).toBe(1);
});

test('with previews a variant is stored once its timing vouches for it, without them once its image is there', () => {
  const untimed = { final: true, timing: false, steps: 4 };
  expect(isStored(untimed, true)).toBe(false);
  expect(isStored(untimed, false)).toBe(true);
  expect(isStored({ ...untimed, timing: true }, true)).toBe(true);
  expect(isStored(undefined, false)).toBe(false);
});
