/**
 * The store is a real S3 server behind a proxy that always refuses one preview. The image must be stored all the same, with a
 * right timing of the stored previews, and be listed as degraded.
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

describe('a preview that the store always refuses', () => {
  it('is the only object that the variant lacks', async () => {
    const { stage, store } = scene();
    const showFile = await writeSmallShow(join(stage.folder, 'show'), {
      patience: { previewUploadSeconds: 3 },
    });
    expect(await stage.pregen('show', 'start', showFile, '--wait')).toMatchObject({ code: 0 });
    expect(await storedKeys(store)).toEqual(expectedObjects().filter((key) => key !== REFUSED));
  });

  it('is not in timing.json, whose durations still have the same sum', async () => {
    const steps = Array.from({ length: STEPS }, (_, index) => String(index + 1)).filter(
      (step) => step !== '3',
    );
    expect(Object.keys(await storedTiming(scene().store, `${CUE_IDS.prompt}/1`))).toEqual([
      ...steps,
      'final',
    ]);
  });

  it('makes the list query for degraded variants find the variant', async () => {
    const address = { project: 'small', version: 'v1', cueId: CUE_IDS.prompt, variantId: 1 };
    const found = () =>
      listWorkflowIds(scene().stage.client, 'PregenStatus = "degraded" AND PregenVariantId = 1');
    await expect.poll(found).toEqual([variantWorkflowId(address)]);
  });
});
