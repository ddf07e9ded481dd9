/** A bare parent with its children, on a server, as a subject of a benchmark. */
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { ORCHESTRATOR_OPTIONS } from '../../../workers/roles/orchestrator.js';
import type { Subject } from '../frame/benchmark.js';
import { BARE_ACTIVITIES_QUEUE, type BareActivities, type BareShow } from './bare-workflows.js';
import { costOf } from './cost.js';

const WORKFLOWS_QUEUE = 'bare-workflows';
const workflowsPath = fileURLToPath(new URL('./bare-workflows.ts', import.meta.url));

/** Workers for bare children; every bare subject of the server can run on them. */
export async function startBareWorkers({ nativeConnection: connection }: TestWorkflowEnvironment) {
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const activities: BareActivities = { nothing: async () => {} };
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

/** A parent's children with this many activities each, one after the other. */
export function bareSubject({ client }: TestWorkflowEnvironment, show: BareShow): Subject {
  return {
    run: async (repetition) => ({
      ...(await costOf(show.children, () =>
        client.workflow.execute('BareParent', {
          workflowId: `bare-${show.activities}-${repetition}-${Date.now()}`,
          taskQueue: WORKFLOWS_QUEUE,
          args: [show],
        }),
      )),
    }),
  };
}
