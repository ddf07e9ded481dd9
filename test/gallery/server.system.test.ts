import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf, writeRecord } from '../../bookkeeping/records.js';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import type {
  CueDetails,
  GallerySettings,
  ShowIndex,
  ShowSeeds,
  ShowSummary,
} from '../../gallery/show-index.js';
import { stateOf } from '../../gallery/show-index.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { CUES, FLAWS, HOSTILE_PROMPT, SHOW, storeShow } from '../support/gallery-show.js';
import { temporaryFolder } from '../support/temp-folder.js';

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

describe('the gallery server', () => {
  let folder: string;
  let store: ObjectStore;
  let gallery: Gallery;

  /** Sends the path exactly as given, which fetch would normalize. */
  const get = (
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
    body = '',
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(gallery.url);
      request({ hostname, port, path, headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      })
        .on('error', reject)
        .end(body);
    });

  const getJson = async <Value>(path: string): Promise<Value> =>
    JSON.parse(String((await get(path)).body)) as Value;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    store = openStore(`file:${folder}/store`);
    await storeShow(store);
    gallery = await startGallery({
      store,
      port: 0,
      thumbnailFolder: `${folder}/thumbnails`,
    });
  });

  afterAll(async () => {
    await gallery.close();
    store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('returns the states of all variants in the order of the show', async () => {
    const { cues, inFlightKnown } = await getJson<ShowIndex>(
      `/api/shows/${SHOW.project}/${SHOW.version}.json`,
    );
    expect(inFlightKnown).toBe(false);
    expect(cues.map(({ cueId }) => cueId)).toEqual(Object.values(CUES));
    const states = (cueId: string) => cues.find((cue) => cue.cueId === cueId)?.variants.map(stateOf);
    expect(states(CUES.words)).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(states(CUES.lighthouse)).toEqual(['stored', 'degraded', 'stored', 'missing']);
    expect(states(CUES.slider)).toEqual(['stored', 'incomplete', 'degraded', 'stored']);
    expect(cues[2]?.facts?.prompt).toBe(HOSTILE_PROMPT);
  });

  it('lists the shows of the store, and describes the store', async () => {
    expect(await getJson<ShowSummary[]>('/api/shows.json')).toEqual([
      { ...SHOW, cues: 5, variants: 20, stored: 18 },
    ]);
    const settings = await getJson<GallerySettings>('/gallery.json');
    expect(settings).toMatchObject({ store: store.description, live: true, takes: false });
    expect(settings).not.toHaveProperty('workflows');
  });

  it('serves stored objects unchanged, cacheable for ever if the address has a stamp', async () => {
    const path = `/objects/gala/v1/cues/${encodeURIComponent(CUES.odd)}/1/`;
    const final = await get(`${path}final.png?v=1`);
    expect(final.body).toEqual(await store.get(`gala/v1/cues/${CUES.odd}/1/final.png`));
    expect(final.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    expect((await get(`${path}timing.json`)).headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    expect((await get(`${path}99.png`)).status).toBe(404);
  });

  it('makes thumbnails once and caches them', async () => {
    const { cues } = await getJson<ShowIndex>('/api/shows/gala/v1.json');
    const variants = cues.find(({ cueId }) => cueId === CUES.lighthouse)?.variants ?? [];
    const stamp = variants.find(([id]) => id === 1)?.[2] ?? '';
    const path = `/thumbs/gala/v1/${CUES.lighthouse}/1.webp?v=${encodeURIComponent(stamp)}`;
    const kept = () => readdir(`${folder}/thumbnails`, { recursive: true }).catch(() => []);
    const before = await kept();
    for (const madeUp of ['?v=abc', '?v=', ''])
      expect((await get(path.replace(/\?.*/, madeUp))).status).toBe(200);
    expect(await kept()).toEqual(before);
    const thumbnail = await get(path);
    expect(thumbnail.headers['content-type']).toBe('image/webp');
    expect(await sharp(thumbnail.body).metadata()).toMatchObject({ format: 'webp', width: 96 });
    const key = `gala/v1/cues/${CUES.lighthouse}/1/final.png`;
    const original = await store.get(key);
    await store.delete(key);
    expect((await get(path)).body).toEqual(thumbnail.body);
    expect((await get(path.replace(/\?.*/, '?v=abc'))).status).toBe(404);
    await store.put(key, original, { contentType: 'image/png' });
  });

  it('has thumbnails in two sizes only', async () => {
    const key = `gala/v1/cues/${CUES.lighthouse}/1/final.png`;
    const original = await store.get(key);
    const large = sharp({ create: { width: 1600, height: 800, channels: 3, background: '#123' } });
    await store.put(key, await large.png().toBuffer(), { contentType: 'image/png' });
    const widthOf = async (file: string) =>
      (await sharp((await get(`/thumbs/gala/v1/${CUES.lighthouse}/${file}`)).body).metadata()).width;
    expect(await widthOf('1.webp')).toBe(320);
    expect(await widthOf('1-1024.webp')).toBe(1024);
    expect((await get(`/thumbs/gala/v1/${CUES.lighthouse}/1-1023.webp`)).status).toBe(404);
    await store.put(key, original, { contentType: 'image/png' });
  });

  it('returns the seeds of a cue’s images from their records, or without records from the images', async () => {
    const details = await getJson<CueDetails>(`/api/shows/gala/v1/cues/${CUES.lighthouse}.json`);
    expect(details).toEqual({
      seeds: [
        [1, 1001],
        [2, 1002],
      ],
    });
    const record = { seed: 42, fingerprint: 'abc', previews: 6, durationMs: 700 };
    const address = { ...SHOW, cueId: CUES.lighthouse, variantId: 1 };
    await writeRecord(store, address, record, {});
    // The next listing finds them.
    await expect
      .poll(() => getJson<ShowSeeds>('/api/shows/gala/v1/seeds.json'))
      .toEqual({ cues: [[CUES.lighthouse, [[1, 42]]]] });
    const again = await getJson<CueDetails>(`/api/shows/gala/v1/cues/${CUES.lighthouse}.json`);
    expect(again.seeds[0]).toEqual([1, 42]);
    await store.delete((await recordOf(store, address))?.key ?? '');
    expect((await get('/api/shows/gala/v1/cues/none.json')).status).toBe(404);
    expect((await get('/api/shows/gala/v1/cues/none.json/more')).status).toBe(404);
  });

  it('says which image is damaged', async () => {
    const { cueId, variantId } = FLAWS.damagedFinal;
    const reply = await get(`/thumbs/gala/v1/${cueId}/${variantId}.webp`);
    expect(reply.status).toBe(422);
    expect(String(reply.body)).toContain(`${cueId}/${variantId}/final.png`);
  });

  it.each([
    '/../package.json',
    '/app/../../package.json',
    '/app/gallery/page/..%2f..%2f..%2fpackage.json',
    '/objects/gala/v1/cues/../../../../etc/passwd',
    '/objects/gala/v1/cues/..%2f..%2f/1/final.png',
    '/objects/gala/v1/cues/%2e%2e/1/final.png',
    '/objects/..%5c..%5c/v1/cues/x/1/final.png',
    '/objects/gala/v1/cues/a%00b/1/final.png',
    '/objects/gala/v1/pregen/bundles/x.json',
    '/objects/gala/v1/cues/x/1/notes.txt',
    '/objects/gala/v1/cues/x/-1/final.png',
    '/objects/gala/v1/cues/x/1e3/final.png',
    '/objects/%zz',
    '/thumbs/gala/v1/..%2f..%2f/1.webp',
    '/thumbs/gala/v1/x/1.png',
    '//etc/passwd',
    '/api/shows/gala',
  ])('cannot be made to read %s', async (path) => {
    const { status, body } = await get(path);
    expect([400, 404]).toContain(status);
    expect(String(body)).not.toMatch(/root:|"name"/);
  });

  it('refuses requests for another host name, so that no page elsewhere can read it by DNS rebinding', async () => {
    expect((await get('/gallery.json', { host: 'gallery.evil.example' })).status).toBe(403);
    expect((await get('/gallery.json', { host: 'localhost:1234' })).status).toBe(200);
  });

  it('refuses requests of another site’s page, but not a link that a person follows from there', async () => {
    const from = (destination: string) => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': destination });
    expect((await get('/gallery.json', from('image'))).status).toBe(403);
    expect((await get('/', from('document'))).status).toBe(200);
  });

  it('announces that it has no ranges, and ends its answer to HEAD for the event stream', async () => {
    expect((await get('/', { range: 'bytes=0-9' })).headers['accept-ranges']).toBe('none');
    expect((await get('/api/shows/gala/v1/events', {}, 'HEAD')).status).toBe(200);
  });

  it('begins an event stream by telling whether the index that the page has read is outdated', async () => {
    const { revision } = await getJson<ShowIndex>('/api/shows/gala/v1.json');
    const firstWordsTo = async (seen: string): Promise<string> => {
      const closed = new AbortController();
      const address = `${gallery.url}api/shows/gala/v1/events?seen=${seen}`;
      const { body } = await fetch(address, { signal: closed.signal });
      const { value } = (await body?.getReader().read()) ?? {};
      closed.abort();
      return Buffer.from(value ?? []).toString('utf8');
    };
    expect(await firstWordsTo('another')).toContain('event: outdated');
    expect(await firstWordsTo(revision ?? '')).not.toContain('outdated');
  });

  it('refuses methods other than GET and HEAD for addresses that are read', async () => {
    for (const method of ['PUT', 'DELETE', 'POST'])
      expect((await get('/gallery.json', {}, method)).status).toBe(405);
    expect((await get('/api/shows/gala/v1/takes', {}, 'POST', '{}')).status).toBe(403);
    const { status, body } = await get('/index.html', {}, 'HEAD');
    expect([status, body.length]).toEqual([200, 0]);
  });

  it('sends every answer with a content security policy that allows its own files only', async () => {
    for (const path of ['/', '/gallery.json', '/nothing', '/objects/gala/v1/cues/x/1/final.png']) {
      const policy = String((await get(path)).headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    }
  });

  it('compresses text', async () => {
    const reply = await get('/api/shows/gala/v1.json', { 'accept-encoding': 'gzip, br' });
    expect(reply.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(String(gunzipSync(reply.body)))).toMatchObject(SHOW);
  });

  it('fails at once if its port is in use', async () => {
    const port = Number(new URL(gallery.url).port);
    const second = startGallery({ store, port });
    await expect(second).rejects.toThrow('EADDRINUSE');
  });
});

describe('the gallery with a Temporal server', () => {
  it('lists variants in flight, links workflows, and starts selected variants for its own page only', async () => {
    const folder = await temporaryFolder();
    const store = openStore(`file:${folder}/store`);
    await storeShow(store);
    const asked: unknown[] = [];
    const gallery = await startGallery({
      store,
      port: 0,
      thumbnailFolder: `${folder}/thumbnails`,
      workflows: {
        webUi: 'http://localhost:8233/namespaces/default/workflows/',
        inFlight: async () => new Set([`${CUES.lighthouse}/4`]),
        takes: {
          start: async ({ request }) => {
            asked.push(request);
            return true;
          },
          choose: async () => {},
        },
      },
    });
    const at = (path: string) => new URL(path, gallery.url);
    const post = (headers: Record<string, string>, body: unknown) =>
      fetch(at('/api/shows/gala/v1/takes'), { method: 'POST', headers, body: JSON.stringify(body) });
    try {
      const index = (await (await fetch(at('/api/shows/gala/v1.json'))).json()) as ShowIndex;
      expect(index.cues[1]?.variants.map(stateOf)).toEqual(['stored', 'degraded', 'stored', 'in-flight']);
      expect(index.inFlightKnown).toBe(true);
      const variants = [{ cueId: CUES.lighthouse, variantId: 4 }];
      const own = { 'content-type': 'application/json', origin: gallery.url.slice(0, -1) };
      const body = { variants, takes: 4 };
      expect((await post({ ...own, origin: 'https://evil.example' }, body)).status).toBe(403);
      expect((await post({ ...own, 'content-type': 'text/plain' }, body)).status).toBe(403);
      expect((await post(own, { variants: [], takes: 4 })).status).toBe(400);
      expect((await post(own, { variants, takes: 400 })).status).toBe(400);
      expect(asked).toEqual([]);
      // A variant that is not stored is started itself.
      expect(await (await post(own, body)).json()).toEqual({ message: '1 image is being made.' });
      expect(asked).toMatchObject([{ ...SHOW, ...variants[0] }]);
      expect(asked[0]).not.toHaveProperty('take');
    } finally {
      await gallery.close();
      store.close();
    }
  });
});
