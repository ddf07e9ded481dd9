import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadShow } from '../../client/load/load-show.js';
import { uploadBundle } from '../../client/show/upload-bundle.js';
import type { PregenerateVariantInput } from '../../domain/messages.js';
import { deriveSeed } from '../../domain/seeds.js';
import { temporalWorkflows } from '../../gallery/temporal-workflows.js';
import { packageFile } from '../../package/package-files.js';
import { openStore } from '../../storage/open-store.js';
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

  it('starts marked variants with new seeds, and sees them in flight', async () => {
    const store = openStore(`file:${await temporaryFolder()}`);
    const loaded = await loadShow(packageFile('shows', 'demo', 'show.yaml'), {});
    const { regenerate, inFlight, webUi } = temporalWorkflows(
      temporal.client,
      store,
      'http://localhost:8233/',
    );
    expect(webUi).toBe('http://localhost:8233/');
    const show = { project: loaded.show.project, version: loaded.show.version };
    const cueId = loaded.tasks.at(-1)?.cueId ?? '';
    const variants = [1, 2].map((variantId) => ({ cueId, variantId }));
    await expect(regenerate?.(show, variants)).rejects.toThrow('no show bundle of demo/v1');

    await uploadBundle(loaded, store);
    expect(await regenerate?.(show, variants)).toBe('2 variants are being generated again.');
    expect(await regenerate?.(show, variants)).toBe(
      '0 variants are being generated again; 2 were in flight already.',
    );
    await expect.poll(() => inFlight(show)).toEqual(new Set([`${cueId}/1`, `${cueId}/2`]));
    expect(await inFlight({ ...show, version: 'v' })).toEqual(new Set());

    const handle = temporal.client.workflow.getHandle(`pregen/demo/v1/${cueId}/1`);
    const { events } = await handle.fetchHistory();
    const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    const input = JSON.parse(new TextDecoder().decode(data ?? undefined)) as PregenerateVariantInput;
    expect(input).toMatchObject({ replaces: true, request: { cueId, variantId: 1 } });
    expect(input.request.seed).not.toBe(deriveSeed('v1', cueId, 1));
    store.close();
  });

  it('refuses what the show does not have, and starts nothing of it', async () => {
    const store = openStore(`file:${await temporaryFolder()}`);
    const loaded = await loadShow(packageFile('shows', 'demo', 'show.yaml'), { PREGEN_VERSION_ID: 'v2' });
    await uploadBundle(loaded, store);
    const { regenerate, inFlight } = temporalWorkflows(temporal.client, store, undefined);
    const show = { project: loaded.show.project, version: 'v2' };
    const cueId = loaded.tasks[0]?.cueId ?? '';
    const known = { cueId, variantId: 1 };
    await expect(regenerate?.(show, [known, { cueId: 'nope', variantId: 1 }])).rejects.toThrow(
      'no cue "nope"',
    );
    await expect(regenerate?.(show, [known, { cueId, variantId: 99 }])).rejects.toThrow(
      'variants 1 to 4, not 99',
    );
    expect(await inFlight(show)).toEqual(new Set());
    store.close();
  });
});
