/**
 * A real server, a real orchestrator and fake machines for one test file. Every execution that the file's tests
 * start is replayed at its end: a workflow that would not survive a restart fails there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, expect } from 'vitest';
import type { PlanActivities } from '../../activities/interfaces.js';
import { createPlanActivities } from '../../activities/plan/plan.js';
import { GPU_QUEUE, ORCHESTRATION_QUEUE, spoolQueue } from '../../domain/task-queues.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { READABLE_FAILURES } from '../../workers/readable-failures.js';
import { ORCHESTRATOR_OPTIONS } from '../../workers/roles/orchestrator.js';
import { startTemporal } from '../support/temporal.js';
import { workflowBundle } from '../support/workflow-bundle.js';
import { FakeMachine, type MachineActivities } from './fake-machine.js';

export interface Rig {
  readonly client: Client;
  /** Host and port of the server, for other processes. */
  readonly address: string;
  readonly store: ObjectStore;
  /** Environment for `pregen` with this server and store. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `test` while the orchestrator and one machine work. */
  withMachine(
    overrides: Overrides,
    test: (machine: FakeMachine) => Promise<void>,
    options?: MachineOptions,
  ): Promise<void>;
}

/** Activities in place of the machine's own, or a function that makes them from those. */
export type Overrides = Partial<MachineActivities> | ((own: MachineActivities) => Partial<MachineActivities>);

export interface MachineOptions {
  readonly spoolId?: string;
  /** Images generated at once. */
  readonly gpuSlots?: number;
  /** Uploads at once. */
  readonly uploadSlots?: number;
  /** Activities of the orchestrator at once. */
  readonly planSlots?: number;
  /** Activities in place of the orchestrator's own. */
  readonly plan?: Partial<PlanActivities>;
  /** Variants in a page of a plan; by default so many that sample shows have one page. */
  readonly pageVariants?: number;
}

/** For events that take a second; a loaded machine may need much longer. */
export const SOON = { timeout: 60_000 };

/** Dynamic configuration of a server that suggests to continue as new after this many events, instead of 4,096. */
export const continueAsNewAfter = (events: number): string =>
  `limit.historyCount.suggestContinueAsNew=${events}`;

/** A rig for all tests of the calling file, ready when they run. */
export function useRig(...dynamicConfig: string[]): () => Rig {
  let environment: TestWorkflowEnvironment;
  let folder: string;
  let rig: Rig;
  beforeAll(async () => {
    environment = await startTemporal(...dynamicConfig);
    folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
    const storeUrl = `file:${folder}`;
    const env = { TEMPORAL_ADDRESS: environment.address, PREGEN_STORE: storeUrl };
    rig = { ...createRig(environment, openStore(storeUrl)), env };
  });
  afterAll(async () => {
    try {
      await replayAll(rig.client);
    } finally {
      await environment.teardown();
      await rm(folder, { recursive: true, force: true });
    }
  });
  return () => rig;
}

/** A rig on a given server and store. */
export function createRig(
  { client, connection, nativeConnection }: TestWorkflowEnvironment,
  store: ObjectStore,
): Omit<Rig, 'env'> {
  const startWorker = async (options: Partial<WorkerOptions> & { taskQueue: string }) => {
    // A failed test leaves activities that wait for it; they must neither hide the failure nor disturb the next test.
    const ending = { shutdownForceTime: '10 s' } as const;
    const worker = await Worker.create({ connection: nativeConnection, ...ending, ...options });
    const running = worker.run();
    return async () => {
      worker.shutdown();
      await running;
    };
  };
  return {
    client,
    address: connection.options.address,
    store,
    async withMachine(overrides, test, options = {}) {
      const {
        spoolId = 'spool-a',
        gpuSlots = 100,
        uploadSlots = 100,
        planSlots,
        pageVariants,
        plan,
      } = options;
      const machine = new FakeMachine(spoolId, store);
      const activities = machine.activities(overrides);
      // The settings of the real workers, so that cancellations arrive as soon as there.
      const onMachine = {
        activities,
        interceptors: READABLE_FAILURES,
        maxHeartbeatThrottleInterval: '100 ms',
      } as const;
      const stop = await Promise.all([
        startWorker({
          ...ORCHESTRATOR_OPTIONS,
          taskQueue: ORCHESTRATION_QUEUE,
          workflowBundle: workflowBundle,
          interceptors: READABLE_FAILURES,
          ...(planSlots && { maxConcurrentActivityTaskExecutions: planSlots }),
          activities: {
            ...createPlanActivities({ store, client, ...(pageVariants && { pageVariants }) }),
            ...plan,
          },
        }),
        startWorker({
          ...onMachine,
          taskQueue: GPU_QUEUE,
          maxConcurrentActivityTaskExecutions: gpuSlots,
        }),
        startWorker({
          ...onMachine,
          taskQueue: spoolQueue(spoolId),
          maxConcurrentActivityTaskExecutions: uploadSlots,
        }),
      ]);
      try {
        await test(machine);
      } finally {
        await Promise.all(stop.map((end) => end()));
      }
    },
  };
}

async function replayAll(client: Client): Promise<void> {
  const histories = client.workflow.list().intoHistories();
  const failures: string[] = [];
  let replayed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: workflowBundle },
    histories,
  )) {
    replayed += 1;
    if (error !== undefined) failures.push(`${workflowId}: ${error.message}`);
  }
  expect(failures).toEqual([]);
  expect(replayed).toBeGreaterThan(0);
}
