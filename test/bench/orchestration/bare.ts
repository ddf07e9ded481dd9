/** A bare parent with its children on a server, and what they cost. */
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { readConfiguration } from '../../../domain/configuration.js';
import { ORCHESTRATOR_OPTIONS } from '../../../workers/roles/orchestrator.js';
import { BARE_ACTIVITIES_QUEUE, type BareActivities, type BareShow } from './bare-workflows.js';
import { type Cost, costOf } from './cost.js';

const WORKFLOWS_QUEUE = 'bare-workflows';
const workflowsPath = fileURLToPath(new URL('./bare-workflows.ts', import.meta.url));
const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });

/** Runs a parent's children, with this many activities each, one after the other. */
export async function runBare(environment: TestWorkflowEnvironment, show: BareShow): Promise<Cost> {
  const stopWorkers = await startWorkers(environment, { nothing: async () => {}, beat: async () => {} });
  try {
    return await costOf(show.children, () =>
      environment.client.workflow.execute('BareParent', {
        workflowId: 'bare',
        taskQueue: WORKFLOWS_QUEUE,
        args: [show],
      }),
    );
  } finally {
    await stopWorkers();
  }
}

/** What images in flight cost for each second of each, heartbeats as `beat` sends them. */
export async function runBeating(
  environment: TestWorkflowEnvironment,
  { images, seconds }: { images: number; seconds: number },
  beat: BareActivities['beat'],
): Promise<Cost> {
  const stopWorkers = await startWorkers(environment, { nothing: async () => {}, beat });
  const args = [{ images, seconds }];
  try {
    return await costOf(images * seconds, () =>
      environment.client.workflow.execute('BareImages', {
        workflowId: 'beating',
        taskQueue: WORKFLOWS_QUEUE,
        args,
      }),
    );
  } finally {
    await stopWorkers();
  }
}

async function startWorkers(
  { nativeConnection: connection }: TestWorkflowEnvironment,
  activities: BareActivities,
) {
  const workers = [
    await Worker.create({ ...ORCHESTRATOR_OPTIONS, connection, taskQueue: WORKFLOWS_QUEUE, workflowBundle }),
    await Worker.create({
      connection,
      taskQueue: BARE_ACTIVITIES_QUEUE,
      activities,
      maxHeartbeatThrottleInterval: readConfiguration({}).heartbeatMs,
    }),
  ];
  const running = workers.map((worker) => worker.run());
  return async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  };
}
