/**
 * The machines that serve a GPU queue, and what waits there, as the server knows it.
 */
import type { Client } from '@temporalio/client';
import { type GpuMachine, machineOfIdentity } from '../domain/worker-identity.js';

/** `TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY` */
const ACTIVITY = 2;

export interface PollingMachine extends GpuMachine {
  /** When it asked for an image last, milliseconds since 1970. One that has enough in hand does not ask. */
  readonly polledAt: number;
}

export interface GpuQueue {
  readonly taskQueue: string;
  /** Of the last five minutes. */
  readonly machines: readonly PollingMachine[];
  /** Images that are ordered and that no machine has taken, approximately. Autoscalers go by this number. */
  readonly backlog: number;
}

export async function gpuQueue(client: Client, taskQueue: string): Promise<GpuQueue> {
  const { pollers, stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: ACTIVITY,
    reportStats: true,
  });
  const bySpool = new Map<string, PollingMachine>();
  for (const { identity, lastAccessTime } of pollers) {
    const machine = machineOfIdentity(identity ?? '');
    const polledAt = Number(lastAccessTime?.seconds ?? 0) * 1000;
    if (machine === undefined || polledAt <= (bySpool.get(machine.spoolId)?.polledAt ?? 0)) continue;
    bySpool.set(machine.spoolId, { ...machine, polledAt });
  }
  return { taskQueue, machines: [...bySpool.values()], backlog: Number(stats?.approximateBacklogCount ?? 0) };
}
