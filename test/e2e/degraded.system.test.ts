/**
 * The store of this test is a real S3 server behind a proxy that refuses one preview for ever. The image must be
 * stored all the same, timed truly for what is there, and be findable as degraded.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import { listWorkflowIds } from '../support/list-workflow-ids.js';
import { CUE_IDS, expectedObjects, STEPS, writeSmallShow } from './small-show.js';
import { storedKeys, storedTiming } from './stored.js';
import { useStage } from './use-stage.js';

const REFUSED = `${CUE_IDS.prompt}/1/3.png`;

const scene = useStage({ s3: 'shows/live' });
beforeAll(() =>
  scene().proxy.order(({ method, key }) =>
    method === 'PUT' && key.endsWith(REFUSED) ? { status: 503, code: 'SlowDown' } : undefined,
  ),
);

describe('a preview that the store refuses for ever', () => {
  it('costs the variant that preview and nothing else', async () => {
    const { stage, store } = scene();
    const showFile = await writeSmallShow(join(stage.folder, 'show'), {
      patience: { previewUploadSeconds: 3 },
    });
    expect(await stage.pregen('show', 'start', showFile, '--wait')).toMatchObject({ code: 0 });
    expect(await storedKeys(store)).toEqual(expectedObjects().filter((key) => key !== REFUSED));
  });

  it('is not named by timing.json, whose steps still add up to the same pace', async () => {
    const steps = Array.from({ length: STEPS }, (_, index) => String(index + 1)).filter(
      (step) => step !== '3',
    );
    expect(Object.keys(await storedTiming(scene().store, `${CUE_IDS.prompt}/1`))).toEqual([
      ...steps,
      'final',
    ]);
  });

  it('makes the variant findable as degraded', async () => {
    const address = { project: 'small', version: 'v1', cueId: CUE_IDS.prompt, variantId: 1 };
    const found = () =>
      listWorkflowIds(scene().stage.client, 'PregenStatus = "degraded" AND PregenVariantId = 1');
    await expect.poll(found).toEqual([variantWorkflowId(address)]);
  });
});
