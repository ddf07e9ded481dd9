/**
 * Whether any worker polls a spool's task queue. Decides if an image waits for its machine or is generated elsewhere.
 */
import type { Client } from '@temporalio/client';
import { spoolQueue } from '../../domain/task-queues.js';

/** A living worker renews its poll at least every 60 s; half of that again for a busy machine. */
const POLLER_SILENCE_MS = 90_000;

/** The server's number for activity task queues (`TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY`). */
const ACTIVITY_TASK_QUEUE = 2;

/** Whether some process has polled the queue of this spool lately. */
export async function isSpoolPolled(client: Client, spoolId: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: spoolQueue(spoolId) },
    taskQueueType: ACTIVITY_TASK_QUEUE,
  });
  const oldest = Date.now() - POLLER_SILENCE_MS;
  return pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= oldest);
}
