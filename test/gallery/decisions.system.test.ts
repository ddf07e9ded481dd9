/**
 * Decisions over the gallery's HTTP interface: in a folder and in a bucket, by two people at once, and together with the command line.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeDecisions, readCueDecisions } from '../../bookkeeping/decisions.js';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import type { VariantReview, WantedDecision } from '../../gallery/review/review-entry.js';
import type { CueEntry, ShowChange, ShowIndex } from '../../gallery/show-index.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { CUES, recordImage, SHOW, storeShow, storeVariant } from '../support/gallery-show.js';
import type { S3TestServer } from '../support/s3-server.js';
import { startVersitygw } from '../support/versitygw.js';

const cueId = CUES.hostile;
const NOTHING = { verdict: null, seed: null };

describe.each(['folder', 'bucket'])('decisions in the gallery of a %s', (kind) => {
  let server: S3TestServer | undefined;
  let store: ObjectStore;
  let folder: string;
  const galleries: Gallery[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    if (kind === 'bucket') server = await startVersitygw();
    await server?.createBucket('gala');
    store = openStore(server?.storeUrl('gala') ?? `file:${folder}/store`, server?.env ?? {});
    await storeShow(store);
    for (const variantId of [1, 2, 3, 4]) await recordImage(store, { cueId, variantId });
    await recordImage(store, { cueId, variantId: 4 }, { prompt: 'other words' });
    for (const _ of [1, 2])
      galleries.push(
        await startGallery({ store, port: 0, thumbnailFolder: join(folder, 'thumbnails'), scanEveryMs: 50 }),
      );
  });

  afterAll(async () => {
    for (const gallery of galleries) await gallery.close();
    store.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const urlOf = (which = 0) => galleries[which]?.url ?? '';
  const cueIn = async (which = 0): Promise<CueEntry | undefined> => {
    const index = (await (await fetch(`${urlOf(which)}api/shows/gala/v1.json`)).json()) as ShowIndex;
    return index.cues.find((cue) => cue.cueId === cueId);
  };
  const reviewIn = async (variantId: number, which = 0): Promise<VariantReview | undefined> =>
    (await cueIn(which))?.review?.variants.find((variant) => variant.variantId === variantId);
  const stampOf = async (variantId: number) =>
    (await cueIn())?.variants.find(([id]) => id === variantId)?.[2] ?? '';
  const decide = async (variants: readonly Partial<WantedDecision>[], which = 0, headers = {}) => {
    const url = urlOf(which);
    const wanted = await Promise.all(
      variants.map(async (variant) => ({
        ...{ stamp: await stampOf(variant.variantId ?? 0), seen: NOTHING },
        ...variant,
      })),
    );
    return fetch(`${url}api/shows/gala/v1/decide`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url.replace(/\/$/, ''), ...headers },
      body: JSON.stringify({ cueId, variants: wanted }),
    });
  };
  const shown = async () =>
    (
      JSON.parse(String(await store.get('gala/v1/manifest.json'))).cues as {
        cueId: string;
        variants: { variant: number }[];
      }[]
    )
      .find((cue) => cue.cueId === cueId)
      ?.variants.map(({ variant }) => variant);

  it('are streamed to pages at once, counted, and written into the manifest', async () => {
    expect((await cueIn())?.review?.counts).toEqual({ approved: 0, undecided: 4, rejected: 0, missing: 0 });
    expect(await reviewIn(4)).toEqual({ variantId: 4, stale: ['prompt changed'] });
    const events = await changes(`${urlOf()}api/shows/gala/v1/events`);
    const reply = await decide([
      { variantId: 1, verdict: 'approved' },
      { variantId: 2, verdict: 'rejected', note: 'two suns' },
    ]);
    expect(reply.status).toBe(200);
    const told = await events.next();
    expect(told.changed[0]?.review?.variants.slice(0, 2)).toEqual([
      { variantId: 1, verdict: 'approved' },
      { variantId: 2, verdict: 'rejected', note: 'two suns' },
    ]);
    events.close();
    expect((await cueIn())?.review?.counts).toEqual({ approved: 1, undecided: 2, rejected: 1, missing: 0 });
    expect(await shown()).toEqual([1, 3, 4]);
  });

  it('of another gallery, or of the command line, are found by the next scan', async () => {
    await expect.poll(() => reviewIn(2, 1)).toMatchObject({ verdict: 'rejected' });
    // A document of the same length, within the same second.
    await changeDecisions(store, SHOW, cueId, [{ variantId: 1, verdict: 'rejected' }]);
    await expect.poll(() => reviewIn(1, 1)).toMatchObject({ verdict: 'rejected' });
    await changeDecisions(store, SHOW, cueId, [{ variantId: 1, verdict: 'approved' }]);
    await expect.poll(() => reviewIn(1)).toMatchObject({ verdict: 'approved' });
  });

  it('of two people at once are accepted from one, and the other gets the accepted one', async () => {
    const both = await Promise.all([
      decide([{ variantId: 3, verdict: 'approved' }]),
      decide([{ variantId: 3, verdict: 'rejected' }], 1),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const told = (await both.find(({ status }) => status === 409)?.json()) as {
      message: string;
      cue: CueEntry;
    };
    const holds = (await readCueDecisions(store, SHOW, cueId)).get(3)?.verdict;
    expect(told.message).toContain(`it is ${holds} now`);
    expect(told.cue.review?.variants[2]).toMatchObject({ variantId: 3, verdict: holds });
  });

  it('approve only the picture that was seen, not one that has replaced it', async () => {
    expect((await decide([{ variantId: 4, verdict: 'approved', stamp: 'another' }])).status).toBe(409);
    expect((await readCueDecisions(store, SHOW, cueId)).has(4)).toBe(false);
    expect((await decide([{ variantId: 4, verdict: 'approved' }])).status).toBe(200);
    await storeVariant(store, { cueId, variantId: 4 }, 9, true);
    await recordImage(store, { cueId, variantId: 4 }, { seed: 77 });
    await expect.poll(() => reviewIn(4)).toEqual({ variantId: 4, verdict: 'approved', replaced: true });
  });

  it('are accepted from the gallery’s own page only', async () => {
    const change = { variantId: 1, verdict: 'rejected' } as const;
    expect((await decide([change], 0, { origin: 'http://elsewhere' })).status).toBe(403);
    expect((await decide([change], 0, { 'content-type': 'text/plain' })).status).toBe(403);
    expect((await fetch(`${urlOf()}api/shows/gala/v1/decide`)).status).toBe(405);
    expect((await decide([{ ...change, stamp: 1 as never }])).status).toBe(400);
    expect((await decide([{ ...change, variantId: 99 }])).status).toBe(404);
  });
});

/** The changes on an event stream, one by one. */
async function changes(address: string) {
  const abort = new AbortController();
  const { body } = await fetch(address, { signal: abort.signal });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    next: async (): Promise<ShowChange> => {
      for (;;) {
        const [found, line] = /^data: (.*)\n\n/m.exec(text) ?? [];
        if (found !== undefined && line !== undefined) {
          text = text.slice(text.indexOf(found) + found.length);
          return JSON.parse(line) as ShowChange;
        }
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error('the stream has ended');
        text += value;
      }
    },
    close: () => abort.abort(),
  };
}
