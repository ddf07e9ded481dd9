/** Planning against a real folder store: what is left to generate, in which order, in pages of bounded size. */
import { ApplicationFailure, type Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { beforeEach, expect, test } from 'vitest';
import type { PageAddress, PlanActivities } from '../../../activities/interfaces.js';
import { createPlanActivities } from '../../../activities/plan/plan.js';
import { changeDecisions } from '../../../bookkeeping/decisions.js';
import type { ImageCue } from '../../../domain/cue-sheet.js';
import { FAILURE_TYPES } from '../../../domain/failure-types.js';
import { finalKey, PNG_CONTENT_TYPE, stepKey, timingKey } from '../../../domain/object-keys.js';
import type { PlannedCue, PlanPage } from '../../../domain/plan-pages.js';
import { failureKey } from '../../../domain/remembered-failure.js';
import { bundleKey, planPageKey, type ShowBundle } from '../../../domain/show-bundle.js';
import { readShowFile, type ShowFile } from '../../../domain/show-file.js';
import { planCues } from '../../../domain/show-plan.js';
import type { ShowSelection } from '../../../domain/show-selection.js';
import type { ObjectStore } from '../../../storage/object-store.js';
import { openStore } from '../../../storage/open-store.js';
import { FILES, storeImage } from '../../bookkeeping/stored-show.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const SIZE = { guidance: 0, width: 64, height: 64, steps: 4 };
const SHOW: ShowFile = readShowFile({
  project: 'test',
  version: 'v1',
  cues: 'cues.json',
  variants: { transcript: 3, prompt: 2 },
  models: { photo: { path: './photo' }, painter: { path: './painter' } },
  programs: {
    P0: { ...SIZE, model: 'photo', previews: false },
    P3: { ...SIZE, model: 'painter' },
    P4: { ...SIZE, model: 'photo' },
  },
});

const cue = (index: number, program: string): ImageCue => ({
  index,
  action: program === 'P0' ? 'transcript' : 'prompt',
  cueId: `cue_${index}`,
  program,
  prompt: `picture ${index}`,
});

const at = (cueId: string, variantId: number) => ({ project: 'test', version: 'v1', cueId, variantId });

/** Nothing here asks the Temporal server. */
const NO_CLIENT = {} as Client;

let store: ObjectStore;
let plan: PlanActivities;
let environment: MockActivityEnvironment;

beforeEach(async () => {
  store = openStore(`file:${await temporaryFolder()}`);
  plan = createPlanActivities({ store, client: NO_CLIENT });
  environment = new MockActivityEnvironment(
    { workflowExecution: { workflowId: 'w', runId: 'run-1' } },
    { logger: new DefaultLogger('ERROR') },
  );
});

/** The environment's own `run` loses the result's type. */
const run = <A extends unknown[], R>(activity: (...args: A) => Promise<R>, ...args: A): Promise<R> =>
  environment.run<A, R, (...args: A) => Promise<R>>(activity, ...args);

async function planShow(cues: readonly ImageCue[], show: ShowFile = SHOW, selection?: ShowSelection) {
  const bundle: ShowBundle = { show, cues, showDirectory: '/show', images: {}, families: {} };
  const key = bundleKey(show, 'b');
  await store.put(key, Buffer.from(JSON.stringify(bundle)), { contentType: 'application/json' });
  return run(plan.planShow, { bundleKey: key, ...(selection && { selection }) });
}

const readPage = async (planId: string, page: number): Promise<PlanPage> =>
  JSON.parse(String(await store.get(planPageKey(SHOW, planId, page))));

const openPage = (planId: string, page: number, only?: PageAddress['only']) =>
  run(plan.openPage, { project: 'test', version: 'v1', planId, page, ...(only && { only }) });

const fail = (cueId: string, variantId: number, showRunId: string) =>
  run(plan.rememberFailures, {
    ...{ project: 'test', version: 'v1' },
    failures: [{ cueId, variantId, reason: 'NaN', at: '2026-01-10T12:00:00Z', showRunId }],
  });

async function putObjects(...keys: string[]): Promise<void> {
  for (const key of keys) await store.put(key, Buffer.from('x'), { contentType: PNG_CONTENT_TYPE });
}

test('a plan lists every variant of an empty store, cues grouped by model in order of the cue sheet', async () => {
  const summary = await planShow([cue(1, 'P4'), cue(2, 'P3'), cue(5, 'P0'), cue(8, 'P3')]);
  expect(summary).toMatchObject({ pages: 1, cues: 4, variants: 9, stored: 0 });
  const { cues } = await readPage(summary.planId, 0);
  expect(cues.map(({ task }) => task.cueId)).toEqual(['cue_1', 'cue_5', 'cue_2', 'cue_8']);
  expect(cues[1]?.variantIds).toEqual([1, 2, 3]);
});

test('what is stored is left out: P0 by its final image, others by image and timing', async () => {
  await putObjects(
    finalKey(at('cue_5', 2)),
    finalKey(at('cue_1', 1)),
    stepKey(at('cue_1', 1), 1),
    finalKey(at('cue_1', 2)),
    timingKey(at('cue_1', 2)),
  );
  const summary = await planShow([cue(1, 'P4'), cue(5, 'P0')]);
  expect(summary).toMatchObject({ variants: 5, stored: 2 });
  const { cues } = await readPage(summary.planId, 0);
  expect(cues[0]).toMatchObject({ variantIds: [1], replace: [] });
  expect(cues[1]).toMatchObject({ variantIds: [1, 3], replace: [] });
});

test('the plan of a completely stored show has no page', async () => {
  await putObjects(finalKey(at('cue_5', 1)), finalKey(at('cue_5', 2)), finalKey(at('cue_5', 3)));
  expect(await planShow([cue(5, 'P0')])).toMatchObject({ pages: 0, cues: 0, variants: 3, stored: 3 });
});

test('a large plan is cut into pages below the payload limits, and a retry overwrites the same pages', async () => {
  const cues = Array.from({ length: 1500 }, (_, index) => cue(index, 'P4'));
  const first = await planShow(cues);
  expect(first.pages).toBeGreaterThan(2);
  const planned: PlannedCue[] = [];
  for (let page = 0; page < first.pages; page++) {
    const content = await readPage(first.planId, page);
    expect(JSON.stringify(content).length).toBeLessThan(210_000);
    planned.push(...content.cues);
  }
  expect(planned.map(({ task }) => task.index)).toEqual(cues.map(({ index }) => index));
  expect(await planShow(cues)).toEqual(first);
  expect(await store.head(planPageKey(SHOW, first.planId, first.pages))).toBeUndefined();
});

test('a page is cut where its variants would not fit one history, in the middle of a cue if need be', async () => {
  plan = createPlanActivities({ store, client: NO_CLIENT, pageVariants: 4 });
  const { planId, pages } = await planShow([cue(1, 'P0'), cue(2, 'P4'), cue(5, 'P0')]);
  expect(pages).toBe(2);
  const idsOf = async (page: number) =>
    (await readPage(planId, page)).cues.map(({ task, variantIds }) => [task.cueId, ...variantIds]);
  expect(await idsOf(0)).toEqual([
    ['cue_1', 1, 2, 3],
    ['cue_2', 1],
  ]);
  expect(await idsOf(1)).toEqual([
    ['cue_2', 2],
    ['cue_5', 1, 2, 3],
  ]);
});

test('opening a page leaves out variants that were stored since, and names those that are stored in part', async () => {
  const { planId } = await planShow([cue(1, 'P4'), cue(10, 'P4'), cue(5, 'P0')]);
  // cue_10 begins with cue_1's name and must not be taken for it.
  await putObjects(
    finalKey(at('cue_1', 2)),
    timingKey(at('cue_1', 2)),
    finalKey(at('cue_10', 1)),
    finalKey(at('cue_5', 3)),
  );
  const { cues, skipped } = await openPage(planId, 0);
  expect(skipped).toBe(2);
  expect(cues.map(({ task, ...rest }) => ({ cue: task.cueId, ...rest }))).toEqual([
    { cue: 'cue_1', variantIds: [1], replace: [], partial: [] },
    { cue: 'cue_5', variantIds: [1, 2], replace: [], partial: [] },
    { cue: 'cue_10', variantIds: [1, 2], replace: [], partial: [1] },
  ]);
  const rest = await openPage(planId, 0, [{ cueId: 'cue_5', variants: [[2, 3]] }]);
  expect(rest).toMatchObject({ skipped: 1, cues: [{ variantIds: [2] }] });
});

test('a rejected variant is in no plan, with any selection, and in no page that is opened later', async () => {
  const cues = [cue(1, 'P4'), cue(5, 'P0')];
  await changeDecisions(store, SHOW, 'cue_5', [{ variantId: 2, verdict: 'rejected' }]);
  await fail('cue_5', 2, 'run');
  for (const [mode, planned] of [
    ['missing', 4],
    ['force', 4],
    ['failed', 0],
  ] as const)
    expect(await planShow(cues, SHOW, { mode })).toMatchObject({ variants: planned, stored: 0 });
  const { planId } = await planShow(cues, SHOW, { mode: 'force' });
  await changeDecisions(store, SHOW, 'cue_1', [{ variantId: 1, verdict: 'rejected' }]);
  const page = await openPage(planId, 0);
  expect(page).toMatchObject({ skipped: 1, cues: [{ variantIds: [2] }, { variantIds: [1, 3] }] });
});

test('a page has the seeds of the chosen takes', async () => {
  await changeDecisions(store, SHOW, 'cue_1', [{ variantId: 2, seed: 77 }]);
  const { planId } = await planShow([cue(1, 'P4'), cue(5, 'P0')]);
  const { cues } = await openPage(planId, 0);
  expect(cues.map(({ seeds }) => seeds)).toEqual([{ 2: 77 }, undefined]);
});

test('a plan of stale variants has those made from another prompt or model, with the seed of the chosen take', async () => {
  const made = [cue(1, 'P4'), cue(2, 'P4'), cue(5, 'P0')];
  const tasks = planCues(SHOW, made, { showDirectory: '/show', images: {} });
  for (const task of tasks)
    for (const variantId of [1, 2]) await storeImage(store, task, { variantId, seed: variantId });
  await changeDecisions(store, SHOW, 'cue_2', [{ variantId: 2, seed: 99 }]);
  await changeDecisions(store, SHOW, 'cue_5', [{ variantId: 1, verdict: 'rejected' }]);
  const asked = [
    { ...cue(1, 'P4'), prompt: 'other words' },
    cue(2, 'P4'),
    { ...cue(5, 'P0'), prompt: 'too' },
  ];
  const stale = async (selection: Omit<ShowSelection, 'mode'>) => {
    const { planId, pages } = await planShow(asked, SHOW, { mode: 'stale', ...selection });
    const page = pages === 0 ? { cues: [] } : await readPage(planId, 0);
    return page.cues.map(({ task, variantIds, replace }) => [task.cueId, variantIds, replace]);
  };
  const byWords = [
    ['cue_1', [1, 2], [1, 2]],
    ['cue_2', [2], [2]],
    ['cue_5', [2], [2]],
  ];
  expect(await stale({})).toEqual(expect.arrayContaining(byWords));
  expect(await stale({ modelDigests: { photo: FILES } })).toHaveLength(3);
  expect(await stale({ modelDigests: { photo: 'cd'.repeat(32) } })).toContainEqual(['cue_2', [1, 2], [1, 2]]);
});

test('a few variants of a very large cue are looked up one by one', async () => {
  const large = readShowFile({ ...SHOW, variants: { transcript: 100_000, prompt: 2 }, cues: 'cues.json' });
  plan = createPlanActivities({ store, client: NO_CLIENT, pageVariants: 3 });
  const { planId } = await planShow([cue(5, 'P0')], large, { mode: 'missing', limit: 6 });
  await putObjects(finalKey(at('cue_5', 5)), finalKey(at('cue_5', 50)));
  const listed: string[] = [];
  const list: ObjectStore['list'] = (prefix, options) => {
    listed.push(prefix);
    return store.list(prefix, options);
  };
  const noting = { ...store, list, get: store.get.bind(store) };
  plan = createPlanActivities({ store: noting, client: NO_CLIENT });
  expect(await openPage(planId, 1)).toMatchObject({ skipped: 1, cues: [{ variantIds: [4, 6] }] });
  expect(listed.filter((prefix) => prefix.includes('/cues/'))).toEqual(
    [4, 5, 6].map((id) => `test/v1/cues/cue_5/${id}/`),
  );
});

test('variants that are not completely stored are found one by one', async () => {
  await putObjects(finalKey(at('cue_1', 1)), finalKey(at('cue_1', 2)), timingKey(at('cue_1', 2)));
  await putObjects(finalKey(at('cue_5', 1)));
  const cues = [
    { cueId: 'cue_1', of: 2, previews: true, variantIds: [1, 2] },
    { cueId: 'cue_5', of: 3, previews: false, variantIds: [1, 3] },
  ];
  expect(await run(plan.findUnstored, { project: 'test', version: 'v1', cues })).toEqual([
    { cueId: 'cue_1', variantId: 1 },
    { cueId: 'cue_5', variantId: 3 },
  ]);
});

test('a plan of failed variants has all remembered failures, stored or not; of a single run if that is named', async () => {
  const cues = [cue(1, 'P4'), cue(5, 'P0')];
  await putObjects(finalKey(at('cue_5', 1)));
  await fail('cue_5', 1, 'run-a');
  await fail('cue_5', 2, 'run-a');
  await fail('cue_1', 2, 'run-b');
  await fail('cue_1', 9, 'run-b');
  const planned = async (selection: ShowSelection) => {
    const { planId, variants, stored } = await planShow(cues, SHOW, selection);
    const page = await readPage(planId, 0);
    const ids = page.cues.map(({ task, variantIds, replace }) => [task.cueId, variantIds, replace]);
    return { variants, stored, ids };
  };
  expect(await planned({ mode: 'failed' })).toEqual({
    ...{ variants: 3, stored: 0 },
    ids: [
      ['cue_1', [2], []],
      ['cue_5', [1, 2], [1]],
    ],
  });
  expect(await planned({ mode: 'failed', failedIn: 'run-a' })).toMatchObject({
    ids: [['cue_5', [1, 2], [1]]],
  });
  await store.delete(failureKey(at('cue_5', 2)));
  expect(await planned({ mode: 'failed', failedIn: 'run-a' })).toMatchObject({ ids: [['cue_5', [1], [1]]] });
});

test('a show that cannot be generated is a permanent failure that names every problem', async () => {
  const failure: unknown = await planShow([cue(1, 'P9'), cue(2, 'P8')]).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ nonRetryable: true, type: FAILURE_TYPES.invalidRequest });
  expect(String(failure)).toMatch(/cue 1, program[\s\S]*cue 2, program/);
});

test('a bundle that is not in the store is a permanent failure; an unreachable store is tried again', async () => {
  const missing = run(plan.planShow, { bundleKey: 'test/v1/pregen/bundles/none.json' });
  await expect(missing).rejects.toMatchObject({ nonRetryable: true });
  const away = createPlanActivities({
    store: openStore('s3://bucket?endpoint=http://127.0.0.1:1', KEYS),
    client: NO_CLIENT,
  });
  const failure = run(away.planShow, { bundleKey: 'test/v1/pregen/bundles/none.json' });
  await expect(failure).rejects.toMatchObject({ nonRetryable: false, type: FAILURE_TYPES.storeFailed });
});

const KEYS = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 'SK', AWS_REGION: 'us-east-1' };
