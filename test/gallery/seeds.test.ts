/** The number of requests for seeds: one for a whole show. */
import { expect, it } from 'vitest';
import { Seeds } from '../../gallery/page/show/seeds.js';
import type { CueEntry } from '../../gallery/show-index.js';

const entry = (cueId: string): CueEntry => ({ cueId, variants: [[1, 0, 'stamp']] });
const CUES = ['a', 'b', 'c'];

it('seeds are read in one request for the whole show, also after a reload, and per cue after changes', async () => {
  const asked: string[] = [];
  let cues = CUES.map(entry);
  let changed = () => {};
  const source = {
    ofShow: async () => {
      asked.push('show');
      return { cues: CUES.map((cueId) => [cueId, [[1, 7]]] as const) };
    },
    ofCue: async (cueId: string) => {
      asked.push(cueId);
      return { seeds: [[1, 8] as const] };
    },
    cues: () => cues,
  };
  const seeds = new Seeds(source, () => changed());
  const drawn = async (): Promise<(number | undefined)[]> => {
    const read = new Promise<void>((resolve) => {
      changed = resolve;
    });
    for (const cue of cues) seeds.of(cue);
    await read;
    return cues.map((cue) => seeds.of(cue)?.get(1));
  };
  expect(await drawn()).toEqual([7, 7, 7]);
  cues = CUES.map(entry);
  seeds.outdated();
  expect(await drawn()).toEqual([7, 7, 7]);
  expect(asked).toEqual(['show', 'show']);
  cues = cues.map((cue) => (cue.cueId === 'b' ? entry('b') : cue));
  expect(await drawn()).toEqual([7, 8, 7]);
  expect(asked).toEqual(['show', 'show', 'b']);
});
