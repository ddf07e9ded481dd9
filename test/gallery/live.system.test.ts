/**
 * Live previews from a real GPU worker over a real Temporal server to clients of that server and to a gallery's page; none is
 * left in a history.
 */
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RenditionRequest } from '../../domain/rendition.js';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import { temporalWorkflows } from '../../gallery/temporal-workflows.js';
import { lookAtImage } from '../../live/look-at-image.js';
import { openStore } from '../../storage/open-store.js';
import { liveEvents } from '../support/live-events.js';
import { requestFor } from '../support/rendering.js';
import { Studio, type VariantRun } from '../support/studio.js';
import { temporaryFolder } from '../support/temp-folder.js';

/** Takes seconds on any machine, so that several heartbeats reach the server. */
const LONG = { steps: 150, guidance: 3, width: 256, height: 256 };
/** Another version of the show for each test, so that each generates the image anew. */
const imageFor = (version: string, previews = true): RenditionRequest => ({
  ...requestFor(1, { ...LONG, previews }),
  version,
});

describe('an image that is denoised', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await Studio.open();
  });
  afterEach(() => studio.stopRendering());
  afterAll(() => studio.close());

  const look = async (request: RenditionRequest) =>
    (await lookAtImage(studio.environment.client, request))?.image;
  const shownStep = async (request: RenditionRequest) => (await look(request))?.picture?.step ?? 0;

  it.each([true, false])(
    'has a live preview that clients of the server can read; previews kept: %s',
    async (previews) => {
      const request = imageFor(`shown-${previews}`, previews);
      const machine = studio.machine(request.version);
      await Promise.all([machine.start('gpu'), machine.start('uploader')]);
      const run = await studio.generate(request);
      await expect.poll(() => shownStep(request), { interval: 50 }).toBeGreaterThan(0);
      const first = await look(request);
      const step = first?.picture?.step ?? 0;
      expect(first).toMatchObject({ phase: 'denoising', of: LONG.steps });
      expect(first?.step).toBeGreaterThanOrEqual(step);
      const webp = Buffer.from(first?.picture?.webp ?? '', 'base64');
      expect(await sharp(webp).metadata()).toMatchObject({ format: 'webp', width: 32, height: 32 });
      await expect.poll(() => shownStep(request), { interval: 50 }).toBeGreaterThan(step);
      expect(await run.result()).toMatchObject({ status: 'stored' });
      const history = await historyOf(run);
      expect(history).toContain(request.settings.prompt);
      expect(history).not.toContain('webp');
    },
  );

  it('leaves no picture in the history when its worker is stopped, nor when it is killed', async () => {
    const request = imageFor('killed');
    const machine = studio.machine('killed');
    await machine.start('uploader');
    const stopped = await machine.start('gpu');
    const run = await studio.generate(request);
    await expect.poll(() => shownStep(request), { interval: 50 }).toBeGreaterThan(0);
    stopped.kill('SIGTERM');
    await stopped.ended;
    // Between two attempts the server knows the progress, and has no picture until the next heartbeat.
    expect((await look(request))?.step).toBeGreaterThan(0);
    expect((await look(request))?.picture).toBeUndefined();
    const killed = await machine.start('gpu');
    await expect.poll(() => shownStep(request), { interval: 50 }).toBeGreaterThan(0);
    killed.kill('SIGKILL');
    await machine.start('gpu');
    expect(await run.result()).toMatchObject({ status: 'stored' });
    const history = await historyOf(run);
    expect(history).toContain('activity Heartbeat timeout');
    expect(history).not.toContain('webp');
  });

  it('has a live preview on the event stream of a gallery', async () => {
    const request = imageFor('seen');
    const gallery = await startGallery({
      ...{ store: studio.store, port: 0, thumbnailFolder: await temporaryFolder() },
      workflows: temporalWorkflows(studio.environment.client, undefined),
    });
    const events = await liveEvents(gallery.url, 'test/seen');
    const machine = studio.machine('seen');
    await Promise.all([machine.start('gpu'), machine.start('uploader')]);
    const run = await studio.generate(request);
    const pictures = () => [...new Set(events.told.flatMap(({ picture }) => picture ?? []))];
    await expect.poll(() => pictures().length, { interval: 50 }).toBeGreaterThan(0);
    const reply = await fetch(new URL(pictures().at(-1) ?? '', gallery.url));
    expect(reply.headers.get('content-type')).toBe('image/webp');
    expect(await sharp(await reply.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 32 });
    await expect.poll(() => pictures().length, { interval: 50 }).toBeGreaterThan(1);
    await run.result();
    await expect.poll(() => events.told.at(-1)).toMatchObject({ variantId: 1, phase: 'over' });
    const steps = events.told.flatMap(({ step }) => step ?? []);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    await gallery.close();
  });
});

describe('a gallery', () => {
  it('sends the server no requests while no page is open', async () => {
    const store = openStore(`file:${await temporaryFolder()}`);
    const asked: string[] = [];
    const state = { phase: 'denoising', step: 2, of: 4, picture: { step: 2, webp: 'UklGRg==' } } as const;
    const gallery: Gallery = await startGallery({
      ...{ store, port: 0, thumbnailFolder: await temporaryFolder() },
      workflows: {
        inFlight: async () => new Set(),
        live: {
          running: async ({ version }) => {
            asked.push(version);
            return [{ cueId: 'c', variantId: 1, uploading: false }];
          },
          look: async () => ({ image: state }),
        },
      },
    });
    const at = (path: string) => fetch(new URL(path, gallery.url));
    expect((await at('/live/gala/v1/c/1.webp')).status).toBe(404);
    expect(asked).toEqual([]);
    const [first, second] = [
      await liveEvents(gallery.url, 'gala/v1'),
      await liveEvents(gallery.url, 'gala/v1'),
    ];
    for (const { told } of [first, second])
      await expect.poll(() => told).toMatchObject([{ cueId: 'c', step: 2, picture: expect.any(String) }]);
    expect((await at(first.told[0]?.picture ?? '')).status).toBe(200);
    for (const path of [
      '/live/gala/v1/c/2.webp',
      '/live/gala/v2/c/1.webp',
      '/live/gala/v1/c/1.png',
      '/live/x',
    ])
      expect((await at(path)).status).toBe(404);
    first.close();
    second.close();
    // The connections are closed some time after the page.
    await expect.poll(async () => (await at('/live/gala/v1/c/1.webp')).status).toBe(404);
    expect(asked).not.toContain('v2');
    await gallery.close();
    store.close();
  });
});

/** The events of a workflow as text, with decoded payloads. */
async function historyOf(run: VariantRun): Promise<string> {
  const { events } = await run.fetchHistory();
  return wordsOf(events);
}

function wordsOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${wordsOf(part)}`)
    .join('\n');
}
