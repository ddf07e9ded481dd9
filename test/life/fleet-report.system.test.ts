/** What `pregen fleet` learns from a real server: what waits for a GPU, who makes images, and how many are left. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fleetReport } from '../../client/fleet/fleet-report.js';
import { type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { showStartOptions } from '../../domain/start-options.js';
import { GPU_QUEUE, ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { pregen } from '../support/pregen.js';
import { RETRY_LIMITS } from '../workflows/samples.js';
import { storeSampleBundle } from '../workflows/start-show.js';
import { programOf } from './scenario.js';
import { LifeStack } from './stack.js';

const EDITION = { cues: 2, variants: 10 };
const IMAGES = EDITION.cues * EDITION.variants;
const WINDOW = 8;
const SHOW = { project: 'test', version: 'report' };

let stack: LifeStack;
beforeAll(async () => {
  stack = await LifeStack.open(IMAGES);
  await stack.stop('gpu');
});
afterAll(() => stack.close());

/** The query of KEDA's Temporal scaler: the enhanced mode, of activities, with statistics. */
async function backlogForKeda(): Promise<number> {
  const { versionsInfo } = await stack.client.workflowService.describeTaskQueue({
    namespace: stack.client.options.namespace,
    taskQueue: { name: GPU_QUEUE },
    ...{ apiMode: 1, taskQueueTypes: [2], reportStats: true },
  });
  const types = Object.values(versionsInfo).flatMap(({ typesInfo }) => Object.values(typesInfo ?? {}));
  return types.reduce((sum, { stats }) => sum + Number(stats?.approximateBacklogCount ?? 0), 0);
}

test('it says what waits for a GPU, as an autoscaler counts it, then who makes it on which device, and what is left', async () => {
  const bundleKey = await storeSampleBundle(stack, SHOW.version, { ...EDITION, program: programOf });
  const show = await stack.client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
    ...showStartOptions(SHOW),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ ...SHOW, bundleKey, window: WINDOW, patience: RETRY_LIMITS }],
    memo: { bundleKey },
  });
  const report = () => fleetReport(stack.client, 3_600_000);
  await expect.poll(report).toMatchObject({
    queues: [{ taskQueue: GPU_QUEUE, backlog: WINDOW }],
    shows: [{ show: SHOW, left: IMAGES, paused: false }],
  });
  expect(await backlogForKeda()).toBe(WINDOW);
  const machine = await stack.addMachine('reported', 'stuck', { PREGEN_DEVICES: 'cpu,cpu' });
  const devices = async () => (await report()).machines.find((one) => one.devices.length === 2)?.devices;
  const working = { images: [{ phase: 'denoising', step: 2 }, {}], secondsPerStep: expect.any(Number) };
  await expect.poll(devices).toMatchObject([
    { name: 'cpu:0', ...working },
    { name: 'cpu:1', ...working },
  ]);
  const { stdout } = await pregen(['fleet', '--within', '1h'], { cwd: stack.folder, env: stack.address });
  expect(stdout).toMatch(/cpu:0 .*\n.* cpu:1 /);
  expect(stdout).toMatch(/test\/report: \d+ left/);
  await machine.suffer('none');
  expect(await show.result()).toMatchObject({ stored: IMAGES });
  await expect
    .poll(report)
    .toMatchObject({ shows: [], queues: [{ backlog: 0 }], imagesPerMinute: IMAGES / 10 });
});
