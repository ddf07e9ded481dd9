/** The inventory of a version's variants from a listing. */
import { expect, test } from 'vitest';
import { isStored, takeInventory } from '../../domain/inventory.js';

const PREFIX = 'show/v1/cues/';

async function* listing(...names: string[]) {
  for (const name of names) yield { key: PREFIX + name };
}

test('an inventory has the final image and timing of each variant, and ignores other keys', async () => {
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

test('a variant with previews counts as stored once its timing is stored, one without previews once its image is', () => {
  const untimed = { final: true, timing: false };
  expect(isStored(untimed, true)).toBe(false);
  expect(isStored(untimed, false)).toBe(true);
  expect(isStored({ ...untimed, timing: true }, true)).toBe(true);
  expect(isStored(undefined, false)).toBe(false);
});
