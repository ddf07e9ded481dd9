/**
 * The orchestrator: runs workflow code and plans shows. It computes no image and moves none, so it fits beside
 * anything; when it dies, another one (or the same, restarted) goes on from the server's histories.
 */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { createPlanActivities, type PlanPorts } from '../../activities/plan/plan.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { MAX_WINDOW } from '../../domain/window.js';
import { openWatchedStore } from '../health/open-watched-store.js';
import { READABLE_FAILURES } from '../readable-failures.js';
import type { RoleContext, RoleWorker } from './role.js';

/** Beside this file's folder in `dist/`, where `npm run build` leaves it. */
const BUNDLE_PATH = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));

/** A show at its widest, its pages, and some room for other shows and for what is started by hand. */
const WORKFLOWS_IN_FLIGHT = 2 * MAX_WINDOW + 100;

/** How much of a machine orchestration may take; separate, so that tests can run the worker with these very numbers. */
export const ORCHESTRATOR_OPTIONS = {
  // Remembering a workflow costs a few hundred kB, replaying it costs CPU on every task.
  maxCachedWorkflows: WORKFLOWS_IN_FLIGHT,
  // Workflow code runs on one thread, in milliseconds: more tasks at once only wait for each other, up to their 10 s limit.
  maxConcurrentWorkflowTaskExecutions: 16,
  // As many as the server has tasks for: a tenth more variants a second than with four.
  workflowTaskPollerBehavior: { type: 'autoscaling' },
  workflowThreadPoolSize: 1,
  // None of them waits. A plan of a huge show lists its store for an hour; many such leave room for the short ones.
  maxConcurrentActivityTaskExecutions: 100,
  activityTaskPollerBehavior: { type: 'autoscaling' },
  // A cancellation waits for one heartbeat at most.
  maxHeartbeatThrottleInterval: '1 s',
  // Enough to write the page of a plan; everything else is tried again elsewhere.
  shutdownGraceTime: '5 s',
} as const satisfies Partial<WorkerOptions>;

/**
 * Builds the worker. Throws if the workflow bundle has not been built, or if the store's address is not one.
 * @param pages how plans are cut, in tests that want many pages of small shows
 */
export async function createOrchestrator(
  context: RoleContext,
  pages: Pick<PlanPorts, 'pageVariants'> = {},
): Promise<RoleWorker> {
  await requireBundle();
  const { connection, namespace, configuration, health } = context;
  const store = openWatchedStore(configuration.store, health);
  const client = new Client({ connection, namespace });
  const worker = await Worker.create({
    ...ORCHESTRATOR_OPTIONS,
    connection,
    namespace,
    taskQueue: ORCHESTRATION_QUEUE,
    workflowBundle: { codePath: BUNDLE_PATH },
    activities: createPlanActivities({ store, client, ...pages }),
    interceptors: READABLE_FAILURES,
  });
  return { workers: [worker], close: async () => store.close() };
}

/** Never bundles by itself: what runs would differ from what was built and tested. */
async function requireBundle(): Promise<void> {
  try {
    await access(BUNDLE_PATH);
  } catch (cause) {
    throw new Error(`The workflow bundle ${BUNDLE_PATH} is missing; run "npm run build" first.`, { cause });
  }
}
