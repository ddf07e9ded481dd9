/** A bare parent with its children on a server, and what they cost. */
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { ORCHESTRATOR_OPTIONS } from '../../../workers/roles/orchestrator.js';
import { BARE_ACTIVITIES_QUEUE, type BareActivities, type BareShow } from './bare-workflows.js';
import { type Cost, costOf } from './cost.js';

export const WORKFLOWS_QUEUE = 'bare-workflows';
const workflowsPath = fileURLToPath(new URL('./bare-workflows.ts', import.meta.url));
export const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });

/** Runs a parent's children, with this many activities each, one after the other. */
export async function runBare(environment: TestWorkflowEnvironment, show: BareShow): Promise<Cost> {
  const stopWorkers = await startWorkers(environment);
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

async function startWorkers({ nativeConnection: connection }: TestWorkflowEnvironment) {
  const activities: BareActivities = { nothing: async () => {}, pending: async () => {} };
  const workers = [
    await Worker.create({ ...ORCHESTRATOR_OPTIONS, connection, taskQueue: WORKFLOWS_QUEUE, workflowBundle }),
    await Worker.create({ connection, taskQueue: BARE_ACTIVITIES_QUEUE, activities }),
  ];
  const running = workers.map((worker) => worker.run());
  return async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  };
}
