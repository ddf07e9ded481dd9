import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalStep } from '../../../storage/spool/records.js';
import { commitFinal, commitSteps, completeRendition, openSpool, REQUEST } from './spool-parts.js';

describe('the journal', () => {
  it('cut at any byte is read up to its last complete line', async () => {
    const { spool, rendition } = await completeRendition();
    const path = join(rendition.directory, 'journal.jsonl');
    const whole = await readFile(path);
    const { steps, final } = rendition;
    for (let length = 0; length <= whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      const found = await spool.findRendition('r');
      const lines = whole.subarray(0, length).filter((byte) => byte === 0x0a).length;
      expect(found?.steps, `cut at ${length}`).toEqual(steps.slice(0, lines));
      expect(found?.final, `cut at ${length}`).toEqual(lines > steps.length ? final : undefined);
    }
  });

  it('with any byte flipped is read up to the line before', async () => {
    const { spool, rendition } = await completeRendition();
    const path = join(rendition.directory, 'journal.jsonl');
    const whole = await readFile(path);
    for (let position = 0; position < whole.length; position += 1) {
      const flipped = Buffer.from(whole);
      flipped[position] = (flipped[position] ?? 0) ^ (1 << (position % 8));
      await writeFile(path, flipped);
      const found = await spool.findRendition('r');
      const linesBefore = whole.subarray(0, position).filter((byte) => byte === 0x0a).length;
      expect(found?.steps, `flipped at ${position}`).toEqual(rendition.steps.slice(0, linesBefore));
      expect(found?.final).toBeUndefined();
    }
  });

  it('can be continued after a cut at any byte, with the same result', async () => {
    const { rendition: reference } = await completeRendition();
    const whole = await readFile(join(reference.directory, 'journal.jsonl'));
    for (let length = 0; length < whole.length; length += 97) {
      const { spool, rendition } = await completeRendition();
      await writeFile(join(rendition.directory, 'journal.jsonl'), whole.subarray(0, length));
      const resumed = await spool.openRendition('r', REQUEST);
      const checkpoint = await resumed.lastCheckpoint();
      expect(resumed.steps).toEqual(reference.steps.slice(0, checkpoint?.step ?? 0));
      await commitSteps(resumed, (checkpoint?.step ?? 0) + 1, 4);
      if (resumed.final === undefined) await commitFinal(resumed);
      expect(await readFile(join(resumed.directory, 'journal.jsonl'))).toEqual(whole);
    }
  });

  it('ignores lines that are out of order, doubled, or of another request', async () => {
    const { spool, rendition } = await completeRendition();
    const path = join(rendition.directory, 'journal.jsonl');
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    const [first = '', second = '', third = ''] = lines;
    const read = async (...order: string[]): Promise<readonly JournalStep[] | undefined> => {
      await writeFile(path, order.map((line) => `${line}\n`).join(''));
      return (await spool.findRendition('r'))?.steps;
    };
    expect(await read(first, second, third)).toHaveLength(3);
    expect(await read(second, first)).toHaveLength(0);
    expect(await read(first, first)).toHaveLength(1);
    expect(await read(first, third)).toHaveLength(1);
    expect(await read('', first)).toHaveLength(0);
    expect(await read('null', '[]', '{"entry":null}')).toHaveLength(0);
    const other = await spool.openRendition('other', { ...REQUEST, seed: 8 });
    await writeFile(join(other.directory, 'journal.jsonl'), `${first}\n${second}\n`);
    expect((await spool.findRendition('other'))?.steps).toHaveLength(0);
  });

  it('that does not exist is read as an empty one', async () => {
    const spool = await openSpool();
    const rendition = await spool.openRendition('r', REQUEST);
    await commitSteps(rendition, 1, 2);
    await rm(join(rendition.directory, 'journal.jsonl'));
    const reopened = await spool.openRendition('r', REQUEST);
    expect(await reopened.lastCheckpoint()).toBeUndefined();
    await commitSteps(reopened, 1, 4);
  });
});
