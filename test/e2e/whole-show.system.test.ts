/**
 * The main job, end to end: a show file goes in, every object of the contract comes out, and the Temporal Web UI can
 * tell the story of each image.
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { listed } from '../support/listed.js';
import { CUE_IDS, expectedObjects, STEPS, writeSmallShow } from './small-show.js';
import { type Stage, setStage } from './stage.js';
import { imageDigests, storedKeys, storedTiming } from './stored.js';

let stage: Stage;
let showFile: string;
let store: ObjectStore;
let started: Awaited<ReturnType<Stage['pregen']>>;

beforeAll(async () => {
  stage = await setStage();
  showFile = await writeSmallShow(join(stage.folder, 'show'));
  store = openStore(stage.stack.store);
  started = await stage.pregen('show', 'start', showFile, '--wait');
});
afterAll(() => stage.close());

describe('a show, from its file to stored images', () => {
  it('ends well', () => {
    expect(started).toMatchObject({ code: 0 });
  });

  it('leaves exactly the objects of the contract', async () => {
    expect(await storedKeys(store)).toEqual(expectedObjects());
  });

  it('times every step that is stored, in order, then the final', async () => {
    const keys = Object.keys(await storedTiming(store, `${CUE_IDS.prompt}/1`));
    expect(keys).toEqual([...Array.from({ length: STEPS }, (_, index) => String(index + 1)), 'final']);
    expect(Object.keys(await storedTiming(store, `${CUE_IDS.untouched}/1`))).toEqual(['final']);
  });

  it('stores pictures: finals of the asked size that carry their parameters, previews at latent resolution', async () => {
    const read = (key: string) => store.get(`small/v1/cues/${CUE_IDS.prompt}/1/${key}`);
    const final = await read('final.png');
    expect(await sharp(final).metadata()).toMatchObject({ format: 'png', width: 64, height: 64 });
    expect(final.toString('latin1')).toContain('parameters\0a red sun over the sea\nSteps: 8, ');
    expect(await sharp(await read('1.png')).metadata()).toMatchObject({ format: 'png', width: 8, height: 8 });
  });

  it('passes the audit, every image decoded', async () => {
    const { code, stdout } = await stage.pregen('show', 'audit', showFile, '--deep', '--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 0,
      objects: expectedObjects().length,
      variants: { planned: 6, whole: 6, decoded: 6 },
      findings: [],
    });
  });

  it('makes variants differ', async () => {
    const digests = await imageDigests(store);
    expect(digests[`${CUE_IDS.prompt}/1/final.png`]).not.toBe(digests[`${CUE_IDS.prompt}/2/final.png`]);
  });

  it('leaves an empty spool', async () => {
    const { Spool } = await import('../../storage/spool/spool.js');
    const spool = await Spool.open(stage.stack.spool, { budgetBytes: 1 });
    expect(await spool.renditions()).toEqual([]);
  });

  it('can be found in the Web UI by version, program, cue and status', async () => {
    const query = `PregenVersionId = "v1" AND PregenProgram = "P4" AND PregenStatus = "stored" AND PregenVariantId = 2`;
    await expect
      .poll(() => listed(stage.client, query))
      .toEqual([variantWorkflowId({ project: 'small', version: 'v1', cueId: CUE_IDS.prompt, variantId: 2 })]);
  });

  it('shows each variant’s activities, on the queues they belong to', async () => {
    const address = { project: 'small', version: 'v1', cueId: CUE_IDS.prompt, variantId: 1 };
    const history = await stage.client.workflow.getHandle(variantWorkflowId(address)).fetchHistory();
    const activities = (history.events ?? []).flatMap(
      ({ activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled
          ? [`${scheduled.activityType?.name} on ${scheduled.taskQueue?.name?.replace(/-.*/, '')}`]
          : [],
    );
    expect(activities.toSorted()).toEqual([
      'composeTiming on spool',
      'denoise on pregen',
      'uploadFinal on spool',
      'uploadPreviews on spool',
    ]);
  });

  it('is done at once when everything is stored already', async () => {
    const before = await imageDigests(store);
    expect(await stage.pregen('show', 'start', showFile, '--wait')).toMatchObject({ code: 0 });
    expect(await imageDigests(store)).toEqual(before);
    const plan = JSON.parse((await stage.pregen('show', 'plan', showFile, '--json')).stdout);
    expect(plan.totals).toEqual({
      cues: 4,
      variants: 6,
      stored: 6,
      toGenerate: 0,
      objects: expectedObjects().length,
    });
  });

  it('generates exactly what is missing', async () => {
    const before = await imageDigests(store);
    await store.delete(`small/v1/cues/${CUE_IDS.prompt}/2/timing.json`);
    await store.delete(`small/v1/cues/${CUE_IDS.transcript}/1/final.png`);
    expect(await stage.pregen('show', 'start', showFile, '--wait')).toMatchObject({ code: 0 });
    expect(await storedKeys(store)).toEqual(expectedObjects());
    expect(await imageDigests(store)).toEqual(before);
  });
});
