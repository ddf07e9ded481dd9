/**
 * What the server does with priorities and fairness, tried out: older and differently configured servers take them
 * without a word and ignore them. Workflows that nobody runs are started on a queue of their own, many early ones and a
 * few late ones that should overtake, and taken from the queue as a worker would; then all are terminated.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Priority } from '@temporalio/common';
import type { TemporalSession } from '../temporal/connect.js';

/** Served in order of arrival, none of the late ones is among the first so many; overtaking, nearly all are. */
const EARLY = 24;
const LATE = 6;
const TAKEN = 12;
/** More than chance would bring to the front, should partitions of the queue mix their order. */
const ENOUGH = 4;

/** The server forgets what an interrupted probe has left. */
const LIFETIME = '1 minute';

/** Tasks reach the queue a moment after the start is confirmed. */
const ARRIVAL_MS = 3000;
const LOOK_EVERY_MS = 50;

/** A task is waiting when it is asked for: an answer takes milliseconds. */
const POLL_DEADLINE_MS = 10_000;

export interface ProbeCase {
  readonly early: Priority;
  readonly late: Priority;
}

export const PRIORITY_CASE: ProbeCase = { early: { priorityKey: 5 }, late: { priorityKey: 1 } };
export const FAIRNESS_CASE: ProbeCase = { early: { fairnessKey: 'many' }, late: { fairnessKey: 'few' } };

/** Whether the late ones overtake. */
export async function overtakes(session: TemporalSession, { early, late }: ProbeCase): Promise<boolean> {
  const taskQueue = `pregen-doctor-${randomUUID()}`;
  const started: string[] = [];
  try {
    await startProbes(session, taskQueue, 'early', EARLY, early, started);
    await arrived(session, taskQueue, EARLY);
    await startProbes(session, taskQueue, 'late', LATE, late, started);
    await arrived(session, taskQueue, EARLY + LATE);
    let lateOnes = 0;
    for (let taken = 0; taken < TAKEN; taken++)
      if ((await takeTask(session, taskQueue)).includes('/late-')) lateOnes += 1;
    return lateOnes >= ENOUGH;
  } finally {
    await Promise.allSettled(
      started.map((id) => session.client.workflow.getHandle(id).terminate('probe of pregen doctor')),
    );
  }
}

/** How far the server's clock is ahead of this machine's, in milliseconds; 0 within what one request can tell. */
export async function clockSkewMs(session: TemporalSession): Promise<number> {
  const taskQueue = `pregen-doctor-${randomUUID()}`;
  const started: string[] = [];
  const before = Date.now();
  try {
    await startProbes(session, taskQueue, 'clock', 1, {}, started);
    const after = Date.now();
    const { startTime } = await session.client.workflow.getHandle(`${taskQueue}/clock-0`).describe();
    return startTime.getTime() - Math.min(Math.max(startTime.getTime(), before), after);
  } finally {
    await Promise.allSettled(
      started.map((id) => session.client.workflow.getHandle(id).terminate('probe of pregen doctor')),
    );
  }
}

async function startProbes(
  { client }: TemporalSession,
  taskQueue: string,
  name: string,
  count: number,
  priority: Priority,
  started: string[],
): Promise<void> {
  const starts = Array.from({ length: count }, async (_, index) => {
    const workflowId = `${taskQueue}/${name}-${index}`;
    started.push(workflowId);
    await client.workflow.start('PregenDoctorProbe', {
      taskQueue,
      workflowId,
      priority,
      workflowExecutionTimeout: LIFETIME,
    });
  });
  await Promise.all(starts);
}

/** Waits until so many tasks are on the queue; a server that does not count them gets the time they usually need. */
async function arrived({ client, namespace }: TemporalSession, name: string, count: number): Promise<void> {
  for (const end = Date.now() + ARRIVAL_MS; Date.now() < end; await sleep(LOOK_EVERY_MS)) {
    const { stats } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType: 1,
      reportStats: true,
    });
    if (Number(stats?.approximateBacklogCount ?? 0) >= count) return;
  }
}

/** Takes one workflow task from the queue, as a worker would; returns the id of its workflow. */
async function takeTask({ client, namespace }: TemporalSession, name: string): Promise<string> {
  const { workflowExecution } = await client.withDeadline(Date.now() + POLL_DEADLINE_MS, () =>
    client.workflowService.pollWorkflowTaskQueue({
      namespace,
      taskQueue: { name, kind: 1 },
      identity: 'pregen doctor',
    }),
  );
  return workflowExecution?.workflowId ?? '';
}
