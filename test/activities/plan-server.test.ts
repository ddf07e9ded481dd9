/** The questions that only a Temporal server can answer, put to a real one. */
import { MockActivityEnvironment, type TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlanActivities } from '../../activities/interfaces.js';
import { createPlanActivities } from '../../activities/plan.js';
import { spoolQueue } from '../../domain/task-queues.js';
import { openStore } from '../../storage/open-store.js';
import { startTemporal } from '../support/temporal.js';

let server: TestWorkflowEnvironment;
let plan: PlanActivities;
const environment = new MockActivityEnvironment();

beforeAll(async () => {
  server = await startTemporal();
  plan = createPlanActivities({ store: openStore('file:unused'), client: server.client });
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

test('a spool that nobody polls is not served', async () => {
  expect(await environment.run(plan.isSpoolServed, 'gone')).toBe(false);
});

test('a workflow that does not exist has ended as not found', async () => {
  expect(await environment.run(plan.awaitVariant, 'pregen/test/v1/cue_0/1')).toEqual({
    ended: 'not found',
    reason: 'there is no workflow pregen/test/v1/cue_0/1',
  });
});

test('whoever stops waiting for a workflow is let go at once', async () => {
  const handle = await server.client.workflow.start('NobodyRunsThis', {
    workflowId: 'waiting',
    taskQueue: 'none',
  });
  const cancellable = new MockActivityEnvironment();
  const waiting = cancellable.run(plan.awaitCue, 'waiting');
  cancellable.cancel();
  await expect(waiting).rejects.toThrow(/CANCELLED/i);
  await handle.terminate();
});
