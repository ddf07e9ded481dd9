/**
 * This machine among those that serve the GPU queue, as the server knows them.
 */
import { hostname } from 'node:os';
import type { NativeConnection } from '@temporalio/worker';
import type { Fleet } from '../../activities/denoise/fleet.js';
import { GPU_QUEUE } from '../../domain/task-queues.js';
import { spoolOfIdentity } from '../../domain/worker-identity.js';

/** The server's number for activity task queues (`TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY`). */
const ACTIVITY_TASK_QUEUE = 2;
/** Images that fail ask for it, a few a second at worst. */
const KEPT_MS = 5_000;

export interface FleetOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly spoolId: string;
}

export function gpuFleet({ connection, namespace, spoolId }: FleetOptions): Fleet {
  let known: { readonly at: number; readonly spools: Promise<string[]> } | undefined;
  const look = async (): Promise<string[]> => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: GPU_QUEUE },
      taskQueueType: ACTIVITY_TASK_QUEUE,
    });
    const spools = pollers.map(({ identity }) => spoolOfIdentity(identity ?? '') ?? '');
    return [...new Set(spools)].filter((spool) => spool !== '' && spool !== spoolId);
  };
  return {
    host: hostname(),
    otherSpools: () => {
      const now = Date.now();
      if (known === undefined || now - known.at > KEPT_MS) known = { at: now, spools: look() };
      return known.spools;
    },
  };
}
