/** Conditional writes to a folder while another process holds the object's lock, or where files cannot be locked. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openLocked } from '../../storage/folder/file-lock.js';
import { FolderStore } from '../../storage/folder/folder-store.js';
import { makeNamedPipe } from '../support/named-pipe.js';
import { temporaryFolder } from '../support/temp-folder.js';

const TYPE = { contentType: 'application/json' };
const NEXT = Buffer.from('second');

/** A store with one object. */
async function storeWithObject() {
  const root = await temporaryFolder();
  const store = new FolderStore(root);
  await store.put('a.json', Buffer.from('first'), TYPE);
  const { tag = '' } = (await store.getVersioned('a.json')) ?? {};
  const path = join(root, 'a.json');
  const holdsFirst = async () => {
    expect(await readFile(path, 'utf8')).toBe('first');
    expect(await readdir(root)).toEqual(['a.json']);
  };
  return { root, store, path, onlyIf: { tag }, holdsFirst };
}

async function held(path: string): Promise<void> {
  const file = await openLocked(path, 0);
  onTestFinished(() => file?.close());
}

describe('a conditional put to a folder', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.doUnmock('fs-native-extensions');
  });

  it('fails with a message when another process holds the lock for too long', async () => {
    const { store, path, onlyIf, holdsFirst } = await storeWithObject();
    await held(path);
    vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(60_000);
    const put = store.put('a.json', NEXT, { ...TYPE, onlyIf });
    await expect(put).rejects.toMatchObject({ kind: 'transient', verb: 'put', key: 'a.json' });
    await expect(put).rejects.toThrow('another process');
    await holdsFirst();
  });

  it('stops waiting when the signal aborts', async () => {
    const { store, path, onlyIf, holdsFirst } = await storeWithObject();
    await held(path);
    const controller = new AbortController();
    const reason = new Error('the operator cancelled');
    const put = store.put('a.json', NEXT, { ...TYPE, onlyIf, signal: controller.signal });
    const alsoWaiting = store.put('a.json', NEXT, { ...TYPE, onlyIf, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(put).rejects.toBe(reason);
    await expect(alsoWaiting).rejects.toBe(reason);
    await holdsFirst();
  });

  it('does not delay reads, or puts without a condition', async () => {
    const { store, path } = await storeWithObject();
    await held(path);
    expect(String(await store.get('a.json'))).toBe('first');
    await store.put('a.json', NEXT, TYPE);
    expect(String(await store.get('a.json'))).toBe('second');
  });

  it('is refused if files cannot be locked, and everything else works', async () => {
    vi.doMock('fs-native-extensions', () => {
      throw new Error('no build for this system');
    });
    const { store, onlyIf, holdsFirst } = await storeWithObject();
    const put = store.put('a.json', NEXT, { ...TYPE, onlyIf });
    await expect(put).rejects.toMatchObject({ kind: 'permanent' });
    await expect(put).rejects.toThrow('cannot lock files');
    await holdsFirst();
    await store.put('b.json', NEXT, { ...TYPE, onlyIf: 'absent' });
    expect(String(await store.get('b.json'))).toBe('second');
  });

  it('treats neither a folder nor a named pipe as an object', async () => {
    const { root, store } = await storeWithObject();
    await mkdir(join(root, 'folder'));
    await writeFile(join(root, 'folder', 'b.json'), '{}');
    makeNamedPipe(join(root, 'pipe'));
    for (const key of ['folder', 'pipe']) {
      const put = (onlyIf: 'absent' | { tag: string }) => store.put(key, NEXT, { ...TYPE, onlyIf });
      await expect(put({ tag: '' })).rejects.toMatchObject({ kind: 'conflict' });
      await expect(put('absent')).rejects.toMatchObject({ kind: 'permanent' });
      await expect(store.copy(key, 'c.json')).rejects.toMatchObject({ kind: 'not-found', key });
    }
    expect((await readdir(root)).sort()).toEqual(['a.json', 'folder', 'pipe']);
  });
});
