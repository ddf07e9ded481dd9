/** Plan activities that ask the Temporal server, on a real one. */
import { MockActivityEnvironment, type TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PlanActivities } from '../../../activities/interfaces.js';
import { createPlanActivities } from '../../../activities/plan/plan.js';
import { finalKey, PNG_CONTENT_TYPE } from '../../../domain/object-keys.js';
import { spoolQueue } from '../../../domain/task-queues.js';
import type { ObjectStore } from '../../../storage/object-store.js';
import { openStore } from '../../../storage/open-store.js';
import { temporaryFolder } from '../../support/temp-folder.js';
import { startTemporal } from '../../support/temporal.js';

let server: TestWorkflowEnvironment;
let store: ObjectStore;
let plan: PlanActivities;
const environment = new MockActivityEnvironment();

beforeAll(async () => {
  server = await startTemporal();
});
beforeEach(async () => {
  store = openStore(`file:${await temporaryFolder()}`);
  plan = createPlanActivities({ store, client: server.client });
});
afterAll(() => server.teardown());

test('a spool is served while a worker polls its queue', async () => {
  const uploader = await Worker.create({
    connection: server.nativeConnection,
    taskQueue: spoolQueue('here'),
    activities: { uploadFinal: async () => {} },
  });
  await uploader.runUntil(async () => {
    await expect.poll(() => environment.run(plan.isSpoolServed, 'here')).toBe(true);
  });
});

test('a spool that no worker polls is not served', async () => {
  expect(await environment.run(plan.isSpoolServed, 'gone')).toBe(false);
});

const variants = (...variantIds: number[]) => ({
  ...{ project: 'test', version: 'v1' },
  cues: [{ cueId: 'cue_0', of: 9, previews: false, variantIds }],
});

const start = (workflowId: string) =>
  server.client.workflow.start('NobodyRunsThis', { workflowId, taskQueue: 'none' });

test('a run that was started elsewhere is reported as running, ended, superseded or absent', async () => {
  const look = (runId?: string) =>
    environment.run(plan.lookAtRun, { workflowId: 'looked-at', ...(runId === undefined ? {} : { runId }) });
  expect(await look()).toEqual({ status: 'not found' });
  const first = await start('looked-at');
  const runId = first.firstExecutionRunId;
  expect(await look()).toEqual({ status: 'running', runId });
  await first.terminate();
  expect(await look(runId)).toEqual({ status: 'terminated', runId });
  const second = await start('looked-at');
  expect(await look(runId)).toEqual({ status: 'superseded', runId: second.firstExecutionRunId });
  await second.terminate();
});

test('variants that another run generates are distinguished from stored ones and from those that are neither', async () => {
  await start('pregen/test/v1/cue_0/1');
  await store.put(
    finalKey({ project: 'test', version: 'v1', cueId: 'cue_0', variantId: 2 }),
    Buffer.from('x'),
    {
      contentType: PNG_CONTENT_TYPE,
    },
  );
  expect(await environment.run(plan.lookAtVariants, variants(1, 2, 3))).toEqual({
    running: [{ cueId: 'cue_0', variantId: 1 }],
    stored: [{ cueId: 'cue_0', variantId: 2 }],
  });
});
