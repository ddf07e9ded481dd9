import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderStore } from '../../storage/folder/folder-store.js';
import { makeNamedPipe } from '../support/named-pipe.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { describeObjectStore } from './object-store.contract.js';

const PNG = { contentType: 'image/png' };

describeObjectStore('a folder', async () => new FolderStore(join(await temporaryFolder(), 'store')));

describe('a folder', () => {
  it('is created by the first put, and not by reading', async () => {
    const root = join(await temporaryFolder(), 'not', 'yet');
    const store = new FolderStore(root);
    expect(await store.head('a.png')).toBeUndefined();
    for await (const _ of store.list('')) throw new Error('an object in a store that does not exist');
    await expect(stat(root)).rejects.toMatchObject({ code: 'ENOENT' });
    await store.put('a.png', Buffer.from('x'), PNG);
    expect(await readFile(join(root, 'a.png'), 'utf8')).toBe('x');
  });

  it('has no unfinished files, in the folder or in listings', async () => {
    const root = await temporaryFolder();
    const store = new FolderStore(root);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.put('a.png', Buffer.alloc(50_000, index), PNG)),
    );
    expect(await readdir(root)).toEqual(['a.png']);
    await writeFile(join(root, '.pregen-partial-left-by-a-crash'), 'half');
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys).toEqual(['a.png']);
  });

  it('never reads or writes through a link inside it', async () => {
    const outside = await temporaryFolder();
    const root = await temporaryFolder();
    await writeFile(join(outside, 'secret.png'), 'secret');
    await symlink(outside, join(root, 'link'));
    await symlink(join(outside, 'secret.png'), join(root, 'secret.png'));
    const store = new FolderStore(root);
    const refusal = { kind: 'permanent', code: 'SymbolicLink' };
    await expect(store.get('link/secret.png')).rejects.toMatchObject(refusal);
    await expect(store.get('secret.png')).rejects.toMatchObject(refusal);
    await expect(store.put('link/new.png', Buffer.from('x'), PNG)).rejects.toMatchObject(refusal);
    await expect(store.delete('link/secret.png')).rejects.toMatchObject(refusal);
    for await (const { key } of store.list('')) throw new Error(`listed ${key} through a link`);
    expect(await readdir(outside)).toEqual(['secret.png']);
  });

  it('throws an error that says so when an object is in the place of a folder, and vice versa', async () => {
    const store = new FolderStore(await temporaryFolder());
    await store.put('a', Buffer.from('x'), PNG);
    await store.put('b/c', Buffer.from('x'), PNG);
    await expect(store.put('a/b', Buffer.from('x'), PNG)).rejects.toMatchObject({ kind: 'permanent' });
    await expect(store.put('b', Buffer.from('x'), PNG)).rejects.toThrow('both an object and a folder');
  });

  it('answers at once if a named pipe is in the place of an object', async () => {
    const root = await temporaryFolder();
    const store = new FolderStore(root);
    makeNamedPipe(join(root, 'a.png'));
    // More requests than the thread pool has threads: if they waited for the pipe, no file could be read any more.
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => store.get('a.png')));
    for (const answer of answers) expect(answer).toMatchObject({ reason: { kind: 'not-found' } });
    expect(await store.head('a.png')).toBeUndefined();
  });

  it('removes folders that a delete left empty, while others are written to', async () => {
    const root = await temporaryFolder();
    const store = new FolderStore(root);
    await mkdir(join(root, 'a', 'b'), { recursive: true });
    await store.put('a/b/1.png', Buffer.from('x'), PNG);
    for (let round = 0; round < 30; round += 1) {
      await Promise.all([store.delete('a/b/1.png'), store.put('a/b/2.png', Buffer.from('x'), PNG)]);
      await Promise.all([store.put('a/b/1.png', Buffer.from('x'), PNG), store.delete('a/b/2.png')]);
    }
    await store.delete('a/b/1.png');
    expect(await readdir(root)).toEqual([]);
  });
});
