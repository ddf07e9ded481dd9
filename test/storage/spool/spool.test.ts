import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../storage/spool/digest.js';
import { Spool } from '../../../storage/spool/spool.js';
import { temporaryFolder } from '../../support/temp-folder.js';
import { commitSteps, completeRendition, openSpool, REQUEST } from './spool-parts.js';

describe('a spool', () => {
  it('has the same id each time it is opened, also by several openers', async () => {
    const folder = join(await temporaryFolder(), 'not', 'yet');
    const spools = await Promise.all(Array.from({ length: 8 }, () => openSpool(folder)));
    expect(new Set(spools.map(({ id }) => id)).size).toBe(1);
    expect((await openSpool(folder)).id).toBe(spools[0]?.id);
    expect((await openSpool()).id).not.toBe(spools[0]?.id);
    expect((await readdir(folder)).sort()).toEqual(['released', 'renditions', 'spool-id', 'trash']);
  });

  it('creates its folder for its owner only, and leaves the mode of an existing folder as it is', async () => {
    const folder = await temporaryFolder();
    await openSpool(join(folder, 'new'));
    expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700);
    await mkdir(join(folder, 'shared'));
    await chmod(join(folder, 'shared'), 0o750);
    await openSpool(join(folder, 'shared'));
    expect((await stat(join(folder, 'shared'))).mode & 0o777).toBe(0o750);
  });

  it('throws if its id file is damaged, and does not create another id', async () => {
    const folder = await temporaryFolder();
    await openSpool(folder);
    await writeFile(join(folder, 'spool-id'), '');
    await expect(openSpool(folder)).rejects.toThrow('PREGEN_SPOOL');
  });

  it('refuses a budget that is not a size', async () => {
    const folder = await temporaryFolder();
    for (const budgetBytes of [0, -1, Number.NaN]) {
      await expect(Spool.open(folder, { budgetBytes })).rejects.toThrow('budget');
    }
  });

  it('returns a rendition as it was left, also to another opener', async () => {
    const { spool, rendition } = await completeRendition();
    const again = await (await openSpool(spool.directory)).openRendition('r', REQUEST);
    expect(again.steps).toEqual(rendition.steps);
    expect(again.final).toEqual(rendition.final);
    expect((await spool.findRendition('r'))?.steps).toEqual(rendition.steps);
  });

  it('recognises a request with its keys in another order', async () => {
    const spool = await openSpool();
    await commitSteps(await spool.openRendition('r', { a: 1, b: { c: 2, d: 3 } }), 1, 2);
    expect((await spool.openRendition('r', { b: { d: 3, c: 2 }, a: 1 })).steps).toHaveLength(2);
  });

  it('recognises a request that was sent as JSON', async () => {
    const request: { prompt: string; negativePrompt?: string | undefined } = {
      prompt: 'a',
      negativePrompt: undefined,
    };
    const spool = await openSpool();
    await commitSteps(await spool.openRendition('r', request), 1, 2);
    expect((await spool.openRendition('r', { prompt: 'a' })).steps).toHaveLength(2);
  });

  it('lists its renditions, and ignores other files and folders', async () => {
    const { spool } = await completeRendition();
    for (const name of ['100%', '.hidden', '%41'])
      await writeFile(join(spool.directory, 'renditions', name), '');
    expect(await spool.renditions()).toEqual(['r']);
  });

  it('neither reads nor writes through a link in the place of a journal', async () => {
    const outside = join(await temporaryFolder(), 'outside');
    await writeFile(outside, 'precious');
    const spool = await openSpool();
    await commitSteps(await spool.openRendition('r', REQUEST), 1, 2);
    const journal = join(spool.directory, 'renditions/r/journal.jsonl');
    await rm(journal);
    await symlink(outside, journal);
    const rendition = await spool.openRendition('r', REQUEST);
    expect(rendition.steps).toEqual([]);
    await commitSteps(rendition, 1, 2);
    expect(await readFile(outside, 'utf8')).toBe('precious');
    expect((await spool.findRendition('r'))?.steps).toHaveLength(2);
  });

  it('refuses a folder that is a link', async () => {
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'request.json'), canonicalJson(REQUEST));
    const spool = await openSpool();
    await symlink(outside, join(spool.directory, 'renditions/r'));
    expect(await spool.findRendition('r')).toBeUndefined();
    await commitSteps(await spool.openRendition('r', REQUEST), 1, 2);
    expect(await readdir(outside)).toEqual(['request.json']);
    expect((await spool.findRendition('r'))?.steps).toHaveLength(2);
  });

  it('discards what was generated for another request', async () => {
    const { spool, rendition } = await completeRendition();
    const other = await spool.openRendition('r', { ...REQUEST, seed: 8 });
    expect(other.steps).toEqual([]);
    expect(other.final).toBeUndefined();
    expect((await readdir(rendition.directory)).sort()).toEqual(['request.json', 'scratch']);
  });

  it('finds no rendition in an empty folder, and creates nothing by looking', async () => {
    const spool = await openSpool();
    expect(await spool.findRendition('r')).toBeUndefined();
    expect(await spool.renditions()).toEqual([]);
  });

  it('accepts any text as a rendition id, keeps ids apart, and stays in its folder', async () => {
    const spool = await openSpool();
    const ids = ['show/v1/cue/1', 'show/v1/cue/10', 'Übung 😀', 'a%2Fb', 'a/b', 'a/../../b'];
    for (const id of ids) await spool.openRendition(id, { id });
    expect(await spool.renditions()).toEqual([...ids].sort());
    for (const id of ['', '.', '..', '../x', 'x'.repeat(300), '\ud800']) {
      await expect(spool.openRendition(id, REQUEST)).rejects.toThrow('rendition');
    }
    expect((await readdir(spool.directory)).sort()).toEqual(['released', 'renditions', 'spool-id', 'trash']);
  });

  it('forgets a removed rendition entirely', async () => {
    const { spool, rendition } = await completeRendition();
    await rendition.remove();
    await rendition.remove();
    expect(await spool.findRendition('r')).toBeUndefined();
    expect(await readdir(join(spool.directory, 'trash'))).toEqual([]);
    expect(await spool.usageBytes()).toBeLessThan(100);
  });

  it('finishes a removal that a crash interrupted', async () => {
    const spool = await openSpool();
    const grave = join(spool.directory, 'trash', 'half-deleted');
    await mkdir(grave);
    await writeFile(join(grave, 'final.png'), 'x');
    await openSpool(spool.directory);
    expect(await readdir(join(spool.directory, 'trash'))).toEqual([]);
  });

  it('lets this process work with one attempt of a rendition at a time, and with other renditions in parallel', async () => {
    const spool = await openSpool();
    const twin = await openSpool(spool.directory);
    const log: string[] = [];
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const first = spool.withRendition('r', async () => {
      log.push('first begins');
      await finished;
      log.push('first ends');
    });
    const second = twin.withRendition('r', async () => log.push('second'));
    await spool.withRendition('other', async () => log.push('other'));
    finish();
    await Promise.all([first, second]);
    expect(log).toEqual(['first begins', 'other', 'first ends', 'second']);
  });

  it('lets a cancelled attempt stop waiting for its turn, and the next one have it', async () => {
    const spool = await openSpool();
    const controller = new AbortController();
    await spool.withRendition('r', async () => {
      const waiting = spool.withRendition('r', async () => 'never', { signal: controller.signal });
      controller.abort(new Error('cancelled'));
      await expect(waiting).rejects.toThrow('cancelled');
    });
    expect(await spool.withRendition('r', async () => 'in')).toBe('in');
  });
});

describe('the budget of a spool', () => {
  it('waits while the spool is full, says so, and goes on when space is freed', async () => {
    const { spool, rendition } = await completeRendition();
    const tight = await openSpool(spool.directory, 100);
    const reports: [number, number][] = [];
    await tight.waitForSpace({
      onWaiting: ({ bytes: usage, budgetBytes: budget }) => {
        reports.push([usage, budget]);
        void rendition.remove();
      },
    });
    expect(reports[0]?.[0]).toBeGreaterThan(100);
    expect(reports[0]?.[1]).toBe(100);
  });

  it('does not wait below the budget, and stops waiting when asked', async () => {
    const { spool } = await completeRendition();
    const notCalled = () => {
      throw new Error('waited for no reason');
    };
    await spool.waitForSpace({ onWaiting: notCalled });
    const tight = await openSpool(spool.directory, 100);
    const controller = new AbortController();
    const onWaiting = () => controller.abort(new Error('cancelled'));
    await expect(tight.waitForSpace({ signal: controller.signal, onWaiting })).rejects.toThrow('cancelled');
  });
});
