/** What a listing says about the variants of a version. */
import { expect, test } from 'vitest';
import { isStored, takeInventory } from '../../domain/inventory.js';

const PREFIX = 'show/v1/cues/';

async function* listing(...names: string[]) {
  for (const name of names) yield { key: PREFIX + name };
}

test('an inventory knows what vouches for each variant and ignores what is no object of one', async () => {
  const inventory = await takeInventory(
    PREFIX,
    listing(
      'a/1/1.png',
      'a/1/2.png',
      'a/1/final.png',
      'a/2/timing.json',
      'a/3/7.png',
      'a/notes.txt',
      'a/1/final.png.bak',
    ),
  );
  expect(inventory.get('a')?.get(1)).toEqual({ final: true, timing: false });
  expect(inventory.get('a')?.get(2)).toEqual({ final: false, timing: true });
  expect(inventory.get('a')?.get(3)).toEqual({ final: false, timing: false });
  expect(inventory.size).toBe(1);
});

test('with previews a variant is stored once its timing vouches for it, without them once its image is there', () => {
  const untimed = { final: true, timing: false };
  expect(isStored(untimed, true)).toBe(false);
  expect(isStored(untimed, false)).toBe(true);
  expect(isStored({ ...untimed, timing: true }, true)).toBe(true);
  expect(isStored(undefined, false)).toBe(false);
});
