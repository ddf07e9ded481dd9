/**
 * This machine among those that serve the same GPU queues, as the server knows them.
 */
import { hostname } from 'node:os';
import type { NativeConnection } from '@temporalio/worker';
import type { Fleet } from '../../activities/denoise/fleet.js';
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
  const known = new Map<string, { readonly at: number; readonly spools: Promise<string[]> }>();
  const look = async (taskQueue: string): Promise<string[]> => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: ACTIVITY_TASK_QUEUE,
    });
    const spools = pollers.map(({ identity }) => spoolOfIdentity(identity ?? '') ?? '');
    return [...new Set(spools)].filter((spool) => spool !== '' && spool !== spoolId);
  };
  return {
    host: hostname(),
    otherSpools: (taskQueue) => {
      const now = Date.now();
      const last = known.get(taskQueue);
      if (last !== undefined && now - last.at <= KEPT_MS) return last.spools;
      const spools = look(taskQueue);
      known.set(taskQueue, { at: now, spools });
      return spools;
    },
  };
}
