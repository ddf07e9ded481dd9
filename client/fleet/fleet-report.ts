/**
 * Everything that the server knows of the fleet, and what follows from it.
 */
import type { Client } from '@temporalio/client';
import { given } from '../../domain/given.js';
import { WORKFLOW_TYPES } from '../../domain/messages.js';
import { PREGEN_STATUS } from '../../domain/search-attributes.js';
import { GPU_QUEUE } from '../../domain/task-queues.js';
import { gpuQueue } from '../../live/gpu-queue.js';
import { orderedImages } from '../../live/ordered-images.js';
import { runningShows, type ShowLeft } from '../../live/running-shows.js';
import { devicesFor, type Forecast, forecast } from './forecast.js';
import { type MachineReport, machineReports } from './machines.js';

export interface FleetReport {
  readonly machines: readonly MachineReport[];
  /** The task queues of GPU workers on which images are ordered, the default one first. */
  readonly queues: readonly QueueReport[];
  readonly shows: readonly ShowLeft[];
  /** Finished in the last ten minutes. */
  readonly imagesPerMinute: number;
  /** Absent while there is nothing to go by. */
  readonly forecast?: Forecast;
  /** How many devices would be done in the time that was asked for. */
  readonly within?: { readonly seconds: number; readonly devices: number };
}

export interface QueueReport {
  readonly taskQueue: string;
  /** Images that are ordered and that no machine has taken, approximately. */
  readonly backlog: number;
  /** Machines that have asked for images lately. */
  readonly machines: number;
}

/** Long enough for a number that does not jump, short enough to follow machines that come and go. */
const LATELY_MINUTES = 10;

export async function fleetReport(client: Client, withinMs?: number): Promise<FleetReport> {
  const [{ onGpus, queues: named }, shows, imagesPerMinute] = await Promise.all([
    orderedImages(client),
    runningShows(client),
    finishedPerMinute(client),
  ]);
  const taskQueues = [...new Set([GPU_QUEUE, ...named])];
  const queues = await Promise.all(taskQueues.map((taskQueue) => gpuQueue(client, taskQueue)));
  const polling = queues.flatMap((queue) => queue.machines).toSorted((a, b) => b.polledAt - a.polledAt);
  const machines = machineReports(polling, onGpus, Date.now());
  const left = shows.reduce((sum, show) => sum + (show.paused ? 0 : (show.left ?? 0)), 0);
  const expected = forecast(machines, left, imagesPerMinute);
  const seconds = (withinMs ?? 0) / 1000;
  const within = expected && withinMs !== undefined && { seconds, devices: devicesFor(expected, seconds) };
  return {
    machines,
    queues: queues.map((queue) => ({ ...queue, machines: queue.machines.length })),
    shows,
    imagesPerMinute,
    ...given({ forecast: expected, within: within || undefined }),
  };
}

async function finishedPerMinute(client: Client): Promise<number> {
  const since = new Date(Date.now() - LATELY_MINUTES * 60_000).toISOString();
  const { count } = await client.workflow.count(
    `WorkflowType = "${WORKFLOW_TYPES.variant}" AND ${PREGEN_STATUS.name} IN ("stored", "degraded") AND CloseTime > "${since}"`,
  );
  return count / LATELY_MINUTES;
}
