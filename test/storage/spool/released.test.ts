import { appendFile, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Spool } from '../../../storage/spool/spool.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const open = (directory: string) => Spool.open(directory, { budgetBytes: 2 ** 30 });

async function released() {
  const directory = await temporaryFolder();
  const spool = await open(directory);
  const rendition = await spool.openRendition('a', {});
  await spool.release(rendition, 'digest-a', { missingSteps: [3] });
  const [file = ''] = await readdir(join(directory, 'released'));
  return { directory, spool, file: join(directory, 'released', file) };
}

describe('a released rendition', () => {
  it('is removed from the spool, which still tells every opener what became of it', async () => {
    const { directory, spool } = await released();
    expect(await spool.renditions()).toEqual([]);
    expect(await (await open(directory)).outcomeOf('digest-a')).toEqual({ missingSteps: [3] });
    expect(await spool.outcomeOf('digest-b')).toBeUndefined();
  });

  it('is remembered also behind a line that was cut short', async () => {
    const { spool, file } = await released();
    await appendFile(file, '{"digest-b":{"missing');
    await spool.release(await spool.openRendition('c', {}), 'digest-c', 'stored');
    expect(await spool.outcomeOf('digest-b')).toBeUndefined();
    expect(await spool.outcomeOf('digest-c')).toBe('stored');
  });

  it('is forgotten after some days', async () => {
    const { directory, file } = await released();
    const lastWeek = new Date(Date.now() - 7 * 24 * 60 * 60_000);
    await utimes(file, lastWeek, lastWeek);
    expect(await (await open(directory)).outcomeOf('digest-a')).toBeUndefined();
  });
});
