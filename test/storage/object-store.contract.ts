/**
 * The contract of object stores: a suite that is run for each store.
 *
 * A new store is complete when it passes this; features of a single store have tests of their own.
 */
import { describe, expect, it } from 'vitest';
import {
  type ObjectHead,
  type ObjectStore,
  type PutCondition,
  StoreError,
} from '../../storage/object-store.js';

const PNG = { contentType: 'image/png' };
const JSON_TYPE = { contentType: 'application/json' };

/** Declares the contract's tests; `open` returns a new empty store. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStore>): void {
  describe(`${name} as an object store`, () => {
    storesAndReads(open);
    writesOnCondition(open);
    copies(open);
    listsInOrder(open);
    refuses(open);
    stopsWhenAsked(open);
  });
}

function storesAndReads(open: () => Promise<ObjectStore>): void {
  it('returns the bytes that were put', async () => {
    const store = await open();
    const body = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
    await store.put('show/v1/cues/a/1/final.png', body, PNG);
    expect((await store.get('show/v1/cues/a/1/final.png')).equals(body)).toBe(true);
  });

  it('keeps an empty object as an object', async () => {
    const store = await open();
    await store.put('show/empty.json', Buffer.alloc(0), JSON_TYPE);
    expect((await store.get('show/empty.json')).length).toBe(0);
    expect(await store.head('show/empty.json')).toMatchObject({ bytes: 0 });
  });

  it('knows size, content type and time of an object', async () => {
    const store = await open();
    await store.put('show/final.png', Buffer.from('png'), PNG);
    await store.put('show/timing.json', Buffer.from('{}'), JSON_TYPE);
    expect(await store.head('show/final.png')).toMatchObject({ key: 'show/final.png', bytes: 3, ...PNG });
    expect(await store.head('show/timing.json')).toMatchObject({ bytes: 2, ...JSON_TYPE });
    expect((await store.head('show/final.png'))?.modifiedAt).toBeInstanceOf(Date);
  });

  it('replaces an object by the one put last', async () => {
    const store = await open();
    await store.put('show/final.png', Buffer.from('a long first version'), PNG);
    await store.put('show/final.png', Buffer.from('second'), PNG);
    expect((await store.get('show/final.png')).toString()).toBe('second');
  });

  it('returns undefined for an absent object in head, and throws not-found in get', async () => {
    const store = await open();
    await store.put('show/there.png', Buffer.from('x'), PNG);
    for (const key of ['show/not-there.png', 'nowhere/at/all.png', 'show/there.png/below.png', 'show']) {
      expect(await store.head(key)).toBeUndefined();
      await expect(store.get(key)).rejects.toMatchObject({ kind: 'not-found', verb: 'get', key });
    }
  });

  it('deletes an object, and does nothing if it is already gone', async () => {
    const store = await open();
    await store.put('show/a/final.png', Buffer.from('x'), PNG);
    await store.delete('show/a/final.png');
    await store.delete('show/a/final.png');
    await store.delete('never/was.png');
    expect(await store.head('show/a/final.png')).toBeUndefined();
    expect(await collect(store, '')).toEqual([]);
  });

  it('stores many objects at once', async () => {
    const store = await open();
    const keys = Array.from({ length: 60 }, (_, index) => `show/${index % 7}/${index}.png`);
    await Promise.all(keys.map((key) => store.put(key, Buffer.from(key), PNG)));
    const bodies = await Promise.all(keys.map((key) => store.get(key)));
    expect(bodies.map(String)).toEqual(keys);
  });

  it('takes names in any script and with any printable character', async () => {
    const store = await open();
    const keys = [
      'show/ümlaut é/1.png',
      'show/展覧会/1.png',
      'show/😀/1.png',
      "show/a+b c%20&='(1)!*/1.png",
      'show/.hidden/1.png',
    ];
    for (const key of keys) await store.put(key, Buffer.from(key), PNG);
    for (const key of keys) expect((await store.get(key)).toString()).toBe(key);
    expect((await collect(store, '')).map(({ key }) => key).sort()).toEqual([...keys].sort());
  });
}

function writesOnCondition(open: () => Promise<ObjectStore>): void {
  const KEY = 'show/decisions/a b.json';
  const conflict = { name: 'StoreError', kind: 'conflict', verb: 'put', key: KEY };
  const put = (store: ObjectStore, text: string, onlyIf: PutCondition) =>
    store.put(KEY, Buffer.from(text), { ...JSON_TYPE, onlyIf });

  it('returns an object with a tag that changes with its content, and undefined for an absent one', async () => {
    const store = await open();
    expect(await store.getVersioned(KEY)).toBeUndefined();
    await store.put(KEY, Buffer.from('1'), JSON_TYPE);
    const first = await store.getVersioned(KEY);
    await store.put(KEY, Buffer.from('2'), JSON_TYPE);
    const second = await store.getVersioned(KEY);
    expect([first, second].map((version) => String(version?.body))).toEqual(['1', '2']);
    expect(second?.tag).not.toBe(first?.tag);
    expect((await store.getVersioned(KEY))?.tag).toBe(second?.tag);
  });

  it('creates an object only if there is none', async () => {
    const store = await open();
    await put(store, 'first', 'absent');
    await expect(put(store, 'second', 'absent')).rejects.toMatchObject(conflict);
    expect(String(await store.get(KEY))).toBe('first');
    expect(await store.head(KEY)).toMatchObject(JSON_TYPE);
    await store.delete(KEY);
    await put(store, 'third', 'absent');
    expect(String(await store.get(KEY))).toBe('third');
  });

  it('replaces an object only if it is still the one that was read, and says so otherwise', async () => {
    const store = await open();
    await put(store, 'first', 'absent');
    const { tag = '' } = (await store.getVersioned(KEY)) ?? {};
    await put(store, 'second', { tag });
    const late = await put(store, 'late', { tag }).catch((error: unknown) => error);
    expect(late).toMatchObject(conflict);
    expect(String(late)).toContain('read it again');
    expect(String(await store.get(KEY))).toBe('second');
    await store.delete(KEY);
    await expect(put(store, 'gone', { tag })).rejects.toMatchObject(conflict);
    await expect(
      store.put('nowhere/at/all.json', Buffer.from('x'), { ...JSON_TYPE, onlyIf: { tag } }),
    ).rejects.toMatchObject({ kind: 'conflict' });
    expect(await collect(store, '')).toEqual([]);
  });

  it('lets exactly one of many writers create the same object at once', async () => {
    const store = await open();
    const writers = Array.from({ length: WRITERS }, (_, writer) => String(writer));
    const ends = await Promise.allSettled(writers.map((writer) => put(store, writer, 'absent')));
    const winners = writers.filter((_, index) => ends[index]?.status === 'fulfilled');
    expect(winners).toEqual([String(await store.get(KEY))]);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject(conflict);
  });

  it('loses no increment of many writers that count in the same object at once', async () => {
    const store = await open();
    await Promise.all(Array.from({ length: WRITERS }, () => increment(store, KEY)));
    expect(String(await store.get(KEY))).toBe(String(WRITERS));
  });
}

const WRITERS = 20;

/** Reads, adds one and writes on condition, repeatedly until no other writer was faster. */
async function increment(store: ObjectStore, key: string): Promise<void> {
  for (;;) {
    const present = await store.getVersioned(key);
    const body = Buffer.from(String(Number(present?.body ?? 0) + 1));
    const onlyIf = present === undefined ? 'absent' : { tag: present.tag };
    try {
      return await store.put(key, body, { ...JSON_TYPE, onlyIf });
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'conflict') throw error;
    }
  }
}

function copies(open: () => Promise<ObjectStore>): void {
  it('copies bytes and content type over an existing object, and leaves the original', async () => {
    const store = await open();
    const body = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
    await store.put('takes/a/1.png', body, PNG);
    await store.put('cues/a/1.png', Buffer.from('an earlier take'), PNG);
    for (const to of ['cues/a/1.png', 'cues/b/2/new.png']) {
      await store.copy('takes/a/1.png', to);
      expect((await store.get(to)).equals(body)).toBe(true);
      expect(await store.head(to)).toMatchObject({ key: to, bytes: body.length, ...PNG });
    }
    await store.put('takes/a/1.png', Buffer.from('another'), PNG);
    expect((await store.get('cues/a/1.png')).equals(body)).toBe(true);
  });

  it('copies from and to names in any script and with any printable character', async () => {
    const store = await open();
    for (const name of ['ümlaut é', '展覧会', '😀', "a+b c%20&='(1)!*?#@:,;$"]) {
      await store.put(`from/${name}/1.png`, Buffer.from(name), PNG);
      await store.copy(`from/${name}/1.png`, `to/${name}/2.png`);
      expect(String(await store.get(`to/${name}/2.png`))).toBe(name);
    }
  });

  it('throws not-found when the original of a copy is absent, and creates nothing', async () => {
    const store = await open();
    await store.put('there/a.png', Buffer.from('x'), PNG);
    for (const from of ['there/b.png', 'nowhere/at/all.png', 'there'])
      await expect(store.copy(from, 'new/c.png')).rejects.toMatchObject({
        kind: 'not-found',
        verb: 'copy',
        key: from,
      });
    await expect(store.copy('there/a.png', 'there/a.png')).rejects.toThrow('onto itself');
    expect((await collect(store, '')).map(({ key }) => key)).toEqual(['there/a.png']);
  });
}

function listsInOrder(open: () => Promise<ObjectStore>): void {
  it('lists keys in byte order, nested ones included', async () => {
    const store = await open();
    const inOrder = [
      'a-b/1.png',
      'a.png',
      'a/1.png',
      'a/10.png',
      'a/2.png',
      'a/b/c.png',
      'a0.png',
      'z.png',
      'Ω.png',
      'ﬃ.png',
      '😀.png',
    ];
    for (const key of [...inOrder].reverse()) await store.put(key, Buffer.from('x'), PNG);
    expect((await collect(store, '')).map(({ key }) => key)).toEqual(inOrder);
  });

  it('lists keys that start with a prefix: a folder, a part of a name, or an empty one', async () => {
    const store = await open();
    for (const key of ['s/v1/a.png', 's/v1/b/c.png', 's/v10/d.png', 's/w/e.png'])
      await store.put(key, Buffer.from('x'), PNG);
    const keys = async (prefix: string) => (await collect(store, prefix)).map(({ key }) => key);
    expect(await keys('s/v1/')).toEqual(['s/v1/a.png', 's/v1/b/c.png']);
    expect(await keys('s/v1')).toEqual(['s/v1/a.png', 's/v1/b/c.png', 's/v10/d.png']);
    expect(await keys('s/v1/b/c.png')).toEqual(['s/v1/b/c.png']);
    expect(await keys('nothing/here/')).toEqual([]);
    expect(await keys('')).toHaveLength(4);
  });

  it('lists more objects than fit on one page, with their sizes', async () => {
    const store = await open();
    const keys = Array.from({ length: 1_050 }, (_, index) => `many/${String(index).padStart(4, '0')}.json`);
    await inBatches(keys, (key) => store.put(key, Buffer.from(key), JSON_TYPE));
    const heads = await collect(store, 'many/');
    expect(heads.map(({ key }) => key)).toEqual(keys);
    expect(new Set(heads.map(({ bytes }) => bytes))).toEqual(new Set([14]));
  });

  it('lists the same keys if only keys are requested', async () => {
    const store = await open();
    for (const key of ['a.png', 'a/b/1.png', 'a/b/2.png', 'a/c.png', 'b/1.png'])
      await store.put(key, Buffer.from('x'), PNG);
    const keys: string[] = [];
    for await (const { key } of store.list('a/', { keysOnly: true })) keys.push(key);
    expect(keys).toEqual(['a/b/1.png', 'a/b/2.png', 'a/c.png']);
  });

  it('streams a listing: the reader may stop early', async () => {
    const store = await open();
    for (const key of ['a.png', 'b.png', 'c.png']) await store.put(key, Buffer.from('x'), PNG);
    const seen: string[] = [];
    for await (const { key } of store.list('')) {
      seen.push(key);
      if (key === 'b.png') break;
    }
    expect(seen).toEqual(['a.png', 'b.png']);
  });
}

const HOSTILE_KEYS = [
  '',
  '/absolute.png',
  'folder/',
  'a//b.png',
  '.',
  '..',
  '../outside.png',
  'a/../../outside.png',
  'a/./b.png',
  'a\\b.png',
  'a/\u0000.png',
  'a/line\nbreak.png',
  'a/\u007f.png',
  'a/\ud800.png',
  `a/${'x'.repeat(256)}`,
  `${'x/'.repeat(600)}x`,
  'a/.pregen-partial-1',
];

function refuses(open: () => Promise<ObjectStore>): void {
  it.each(HOSTILE_KEYS.map((key) => [JSON.stringify(key).slice(0, 40), key]))(
    'refuses the key %s in every verb',
    async (_, key) => {
      const store = await open();
      const refusal = { name: 'StoreError', kind: 'permanent', code: 'InvalidKey' };
      await expect(store.put(key, Buffer.from('x'), PNG)).rejects.toMatchObject(refusal);
      await expect(store.get(key)).rejects.toMatchObject(refusal);
      await expect(store.getVersioned(key)).rejects.toMatchObject(refusal);
      await expect(store.copy(key, 'a.png')).rejects.toMatchObject(refusal);
      await expect(store.copy('a.png', key)).rejects.toMatchObject(refusal);
      await expect(store.head(key)).rejects.toMatchObject(refusal);
      await expect(store.delete(key)).rejects.toMatchObject(refusal);
    },
  );

  it('refuses a hostile prefix', async () => {
    const store = await open();
    for (const prefix of ['../', '/etc', 'a//', 'a/../b']) {
      await expect(collect(store, prefix)).rejects.toMatchObject({ kind: 'permanent', verb: 'list' });
    }
  });

  it('throws errors that name the store, the key, what happened, and what to do', async () => {
    const store = await open();
    const error = await store.get('show/absent.png').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(String(error)).toContain('show/absent.png');
    expect(String(error)).toContain(store.description);
    expect(String(error)).toContain('Check the key');
  });
}

function stopsWhenAsked(open: () => Promise<ObjectStore>): void {
  it('does nothing, and throws the reason, when the signal has already aborted', async () => {
    const store = await open();
    const reason = new Error('the operator cancelled');
    const signal = AbortSignal.abort(reason);
    await store.put('there.png', Buffer.from('x'), PNG);
    await expect(store.put('a.png', Buffer.from('x'), { ...PNG, signal })).rejects.toBe(reason);
    await expect(store.get('there.png', { signal })).rejects.toBe(reason);
    await expect(store.getVersioned('there.png', { signal })).rejects.toBe(reason);
    await expect(store.copy('there.png', 'a.png', { signal })).rejects.toBe(reason);
    const { tag = '' } = (await store.getVersioned('there.png')) ?? {};
    for (const onlyIf of ['absent', { tag }] as const) {
      const put = store.put('there.png', Buffer.from('y'), { ...PNG, signal, onlyIf });
      await expect(put).rejects.toBe(reason);
    }
    await expect(store.head('there.png', { signal })).rejects.toBe(reason);
    await expect(store.delete('there.png', { signal })).rejects.toBe(reason);
    await expect(collect(store, '', signal)).rejects.toBe(reason);
    expect((await collect(store, '')).map(({ key }) => key)).toEqual(['there.png']);
  });

  it('leaves a complete object or none when a put is aborted', async () => {
    const store = await open();
    const controller = new AbortController();
    const reason = new Error('the operator cancelled');
    const body = Buffer.alloc(8_000_000, 7);
    const put = store.put('big.png', body, { ...PNG, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await put.catch((error: unknown) => expect(error).toBe(reason));
    const heads = (await collect(store, '')).filter(({ key }) => !key.includes('.sgwtmp.'));
    expect(heads.every(({ key, bytes }) => key === 'big.png' && bytes === body.length)).toBe(true);
  });

  it('stops a listing in the middle when the signal aborts', async () => {
    const store = await open();
    for (const key of ['a/1.png', 'b/1.png']) await store.put(key, Buffer.from('x'), PNG);
    const controller = new AbortController();
    const listing = async () => {
      for await (const _ of store.list('', { signal: controller.signal }))
        controller.abort(new Error('enough'));
    };
    await expect(listing()).rejects.toThrow('enough');
  });
}

async function collect(store: ObjectStore, prefix: string, signal?: AbortSignal): Promise<ObjectHead[]> {
  const heads: ObjectHead[] = [];
  for await (const head of store.list(prefix, signal === undefined ? {} : { signal })) heads.push(head);
  return heads;
}

/** A few dozen at a time, like uploads. */
async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += 50)
    await Promise.all(items.slice(start, start + 50).map(work));
}
