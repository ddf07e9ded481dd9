/**
 * Who serves a task queue, as the server knows it.
 */
import type { Client } from '@temporalio/client';
import type { ShowFile } from '../../domain/show-file.js';
import { gpuQueueOf, ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';

/** `TaskQueueType` of Temporal's API. */
const QUEUE_TYPE = { workflow: 1, activity: 2 } as const;

/** A living worker renews its poll at least every 60 s; half of that again for a busy machine. */
const POLLER_SILENCE_MS = 90_000;

export interface Queue {
  readonly name: string;
  readonly type: keyof typeof QUEUE_TYPE;
  /** Of the workers that serve it. */
  readonly role: string;
  /** With what they have to be started, if not every one of the role serves it. */
  readonly setting?: string;
}

/** Without it, no workflow does anything. */
export const ORCHESTRATION: Queue = { name: ORCHESTRATION_QUEUE, type: 'workflow', role: 'orchestrator' };

/** The queues that a show without named queues cannot do without, whatever its spools are. */
export const SHARED_QUEUES: readonly Queue[] = [ORCHESTRATION, gpuQueue(undefined)];

/** The queues that this show cannot do without: those of the models that its programs use. */
export function queuesOf({ programs, models }: Pick<ShowFile, 'programs' | 'models'>): Queue[] {
  const names = new Set(Object.values(programs).map(({ model }) => models[model]?.queue));
  return [ORCHESTRATION, ...[...names].map(gpuQueue)];
}

function gpuQueue(name: string | undefined): Queue {
  const served = name === undefined ? {} : { setting: `PREGEN_QUEUES=${name}` };
  return { name: gpuQueueOf(name), type: 'activity', role: 'gpu', ...served };
}

/** What starts a worker that serves the queue. */
export const startCommand = ({ role, setting }: Queue): string =>
  `${setting === undefined ? '' : `${setting} `}pregen worker --role ${role}`;

/** How many workers poll the queue. */
export const countPollers = async (client: Client, queue: Queue): Promise<number> =>
  (await pollersOf(client, queue)).length;

/** Seconds since each worker that polls the queue has asked for work; up to a minute is no sign of anything. */
export async function pollersOf(client: Client, { name, type }: Queue): Promise<number[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    taskQueueType: QUEUE_TYPE[type],
  });
  const now = Date.now();
  return pollers
    .map(({ lastAccessTime }) => now - Number(lastAccessTime?.seconds ?? 0) * 1000)
    .filter((silenceMs) => silenceMs <= POLLER_SILENCE_MS)
    .map((silenceMs) => Math.max(0, Math.round(silenceMs / 1000)));
}
