/**
 * The main path, end to end: from a show file to all objects of the contract, with every image visible in the Temporal Web UI.
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import { Spool } from '../../storage/spool/spool.js';
import { listWorkflowIds } from '../support/list-workflow-ids.js';
import { CUE_IDS, expectedObjects, STEPS, writeSmallShow } from './small-show.js';
import type { Stage } from './stage.js';
import { imageDigests, storedKeys, storedTiming } from './stored.js';
import { useStage } from './use-stage.js';

const scene = useStage();
let showFile: string;
let started: Awaited<ReturnType<Stage['pregen']>>;

beforeAll(async () => {
  const { stage } = scene();
  showFile = await writeSmallShow(join(stage.folder, 'show'));
  started = await stage.pregen('show', 'start', showFile, '--wait');
});

describe('a show, from its file to stored images', () => {
  it('ends with exit code 0', () => {
    expect(started).toMatchObject({ code: 0 });
  });

  it('leaves exactly the objects of the contract', async () => {
    expect(await storedKeys(scene().store)).toEqual(expectedObjects());
  });

  it('has timings with every stored step in order, then the final image', async () => {
    const keys = Object.keys(await storedTiming(scene().store, `${CUE_IDS.prompt}/1`));
    expect(keys).toEqual([...Array.from({ length: STEPS }, (_, index) => String(index + 1)), 'final']);
    expect(Object.keys(await storedTiming(scene().store, `${CUE_IDS.untouched}/1`))).toEqual(['final']);
  });

  it('stores pictures: finals of the asked size that carry their parameters, previews at latent resolution', async () => {
    const read = (key: string) => scene().store.get(`small/v1/cues/${CUE_IDS.prompt}/1/${key}`);
    const final = await read('final.png');
    expect(await sharp(final).metadata()).toMatchObject({ format: 'png', width: 64, height: 64 });
    expect(final.toString('latin1')).toContain('parameters\0a red sun over the sea\nSteps: 8, ');
    expect(await sharp(await read('1.png')).metadata()).toMatchObject({ format: 'png', width: 8, height: 8 });
  });

  it('passes the audit, every image decoded', async () => {
    const { code, stdout } = await scene().stage.ask('show', 'audit', showFile, '--deep', '--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 0,
      objects: expectedObjects().length,
      variants: { planned: 6, whole: 6, decoded: 6 },
      findings: [],
    });
  });

  it('has different images for the variants of a cue', async () => {
    const digests = await imageDigests(scene().store);
    expect(digests[`${CUE_IDS.prompt}/1/final.png`]).not.toBe(digests[`${CUE_IDS.prompt}/2/final.png`]);
  });

  it('leaves an empty spool', async () => {
    const spool = await Spool.open(scene().stage.stack.spool, { budgetBytes: 1 });
    expect(await spool.renditions()).toEqual([]);
  });

  it('can be found in the Web UI by version, program, cue and status', async () => {
    const query = `PregenVersionId = "v1" AND PregenProgram = "P4" AND PregenStatus = "stored" AND PregenVariantId = 2`;
    await expect
      .poll(() => listWorkflowIds(scene().stage.client, query))
      .toEqual([variantWorkflowId({ project: 'small', version: 'v1', cueId: CUE_IDS.prompt, variantId: 2 })]);
  });

  it('shows each variant’s activities, on the queues they belong to', async () => {
    const address = { project: 'small', version: 'v1', cueId: CUE_IDS.prompt, variantId: 1 };
    const history = await scene().stage.client.workflow.getHandle(variantWorkflowId(address)).fetchHistory();
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

  it('is done at once if everything is stored already', async () => {
    const before = await imageDigests(scene().store);
    expect(await scene().stage.ask('show', 'start', showFile, '--wait')).toMatchObject({ code: 0 });
    expect(await imageDigests(scene().store)).toEqual(before);
    const plan = JSON.parse((await scene().stage.ask('show', 'plan', showFile, '--json')).stdout);
    expect(plan.totals).toEqual({
      cues: 4,
      variants: 6,
      stored: 6,
      toGenerate: 0,
      objects: expectedObjects().length,
    });
  });

  it('generates exactly what is missing', async () => {
    const before = await imageDigests(scene().store);
    await scene().store.delete(`small/v1/cues/${CUE_IDS.prompt}/2/timing.json`);
    await scene().store.delete(`small/v1/cues/${CUE_IDS.transcript}/1/final.png`);
    expect(await scene().stage.ask('show', 'start', showFile, '--wait')).toMatchObject({ code: 0 });
    expect(await storedKeys(scene().store)).toEqual(expectedObjects());
    expect(await imageDigests(scene().store)).toEqual(before);
  });
});
