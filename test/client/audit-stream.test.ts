/**
 * An audit's memory does not grow with the show: nothing is read long before it is compared.
 */
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../client/audit/side-by-side.js';
import { storedVariants } from '../../client/audit/stored-variants.js';

const VARIANTS = 1000;
const WIDTH = 4;

describe('the stream of an audit', () => {
  it('reads the listing only a few variants ahead of the comparison, and keeps the order', async () => {
    let listed = 0;
    async function* listing() {
      for (let variant = 1; variant <= VARIANTS; variant++) {
        for (const name of ['1.png', 'final.png', 'timing.json'])
          yield { key: `p/v/cues/cue_1/${variant}/${name}`, bytes: 1 };
        listed += 1;
      }
    }
    const folders: string[] = [];
    let ahead = 0;
    const variants = storedVariants('p/v/cues/', listing());
    for await (const folder of inOrder(variants, WIDTH, async ({ folder }) => folder)) {
      folders.push(folder);
      ahead = Math.max(ahead, listed - folders.length);
    }
    expect(folders).toEqual(Array.from({ length: VARIANTS }, (_, index) => `cue_1/${index + 1}/`));
    expect(ahead).toBeLessThanOrEqual(WIDTH);
  });

  it('throws a failure only after all parallel work has ended', async () => {
    const ended: number[] = [];
    async function* items() {
      yield* [1, 2, 3];
    }
    const results = inOrder(items(), 3, async (item) => {
      if (item === 1) throw new Error('the store is gone');
      await new Promise(setImmediate);
      ended.push(item);
    });
    await expect(results.next()).rejects.toThrow('the store is gone');
    expect(ended).toEqual([2, 3]);
  });
});
