import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadShow } from '../../client/load/load-show.js';
import { uploadBundle } from '../../client/show/upload-bundle.js';
import type { PregenerateVariantInput } from '../../domain/messages.js';
import { deriveSeed } from '../../domain/seeds.js';
import { type Gallery, startGallery } from '../../gallery/gallery.js';
import { temporalWorkflows } from '../../gallery/temporal-workflows.js';
import { packageFile } from '../../package/package-files.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { putVariant } from '../support/stored-variant.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { startTemporal } from '../support/temporal.js';

describe('the gallery and a real Temporal server', () => {
  let temporal: TestWorkflowEnvironment;

  beforeAll(async () => {
    temporal = await startTemporal();
  });

  afterAll(async () => {
    await temporal?.teardown();
  });

  const open = async (): Promise<{ store: ObjectStore; gallery: Gallery }> => {
    const store = openStore(`file:${await temporaryFolder()}`);
    const thumbnailFolder = await temporaryFolder();
    const workflows = temporalWorkflows(temporal.client, 'http://localhost:8233/');
    expect(workflows.webUi).toBe('http://localhost:8233/');
    const gallery = await startGallery({ store, port: 0, thumbnailFolder, workflows, scanEveryMs: 0 });
    onTestFinished(async () => {
      await gallery.close();
      store.close();
    });
    return { store, gallery };
  };
  const make = async ({ url }: Gallery, version: string, variants: readonly object[], takes: number) => {
    const reply = await fetch(`${url}api/shows/demo/${version}/takes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url.slice(0, -1) },
      body: JSON.stringify({ variants, takes }),
    });
    return reply.ok ? ((await reply.json()) as { message: string }).message : reply.text();
  };
  const inFlight = (version: string) =>
    temporalWorkflows(temporal.client, undefined).inFlight({ project: 'demo', version });

  it('starts takes with new seeds for stored variants, and the variant itself if it is not stored', async () => {
    const { store, gallery } = await open();
    const loaded = await loadShow(packageFile('shows', 'demo', 'show.yaml'), {});
    const cueId = loaded.tasks.at(-1)?.cueId ?? '';
    const variants = [1, 2].map((variantId) => ({ cueId, variantId }));
    expect(await make(gallery, 'v1', variants, 2)).toContain('no show bundle of demo/v1');

    await uploadBundle(loaded, store);
    await putVariant(store, { project: 'demo', version: 'v1', cueId, variantId: 1 }, { steps: 2, side: 16 });
    expect(await make(gallery, 'v1', variants, 2)).toBe('3 images are being made.');
    await expect.poll(async () => (await inFlight('v1')).size).toBe(3);
    const running = [...(await inFlight('v1'))].sort();
    expect(running).toEqual([
      expect.stringMatching(/\/1\/take-\d+$/),
      expect.stringMatching(/\/1\/take-\d+$/),
      `${cueId}/2`,
    ]);
    expect(await make(gallery, 'v1', variants.slice(1), 2)).toBe(
      '0 images are being made; 1 were in the making already.',
    );
    expect(await inFlight('v')).toEqual(new Set());

    const handle = temporal.client.workflow.getHandle(`pregen/demo/v1/${running[0]}`);
    const { events } = await handle.fetchHistory();
    const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    const input = JSON.parse(new TextDecoder().decode(data ?? undefined)) as PregenerateVariantInput;
    expect(input).toMatchObject({ replaces: true, request: { cueId, variantId: 1 } });
    expect(input.request.take).toBe(input.request.seed);
    expect(input.request.seed).not.toBe(deriveSeed('v1', cueId, 1));
  });

  it('refuses variants that the show does not have, and starts none', async () => {
    const { store, gallery } = await open();
    const loaded = await loadShow(packageFile('shows', 'demo', 'show.yaml'), { PREGEN_VERSION_ID: 'v2' });
    await uploadBundle(loaded, store);
    const cueId = loaded.tasks[0]?.cueId ?? '';
    const known = { cueId, variantId: 1 };
    expect(await make(gallery, 'v2', [known, { cueId: 'nope', variantId: 1 }], 1)).toContain('no cue "nope"');
    expect(await make(gallery, 'v2', [known, { cueId, variantId: 99 }], 1)).toContain(
      'variants 1 to 4, not 99',
    );
    expect(await inFlight('v2')).toEqual(new Set());
  });
});
