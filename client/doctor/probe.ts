/**
 * What the server does with priorities and fairness, tried out: older and differently configured servers take them
 * without a word and ignore them. Workflows that nobody runs are started on a queue of their own, many early ones and a
 * few late ones that should overtake, and taken from the queue as a worker would; then all are terminated.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Priority } from '@temporalio/common';
import type { TemporalSession } from '../temporal/connect.js';

/**
 * A queue has four partitions, each with an order of its own, from which tasks are taken at random. Served in order of
 * arrival, hardly a late one is among the first half of so many; where they overtake, nearly all are.
 */
const EARLY = 80;
const LATE = 8;
const TAKEN = (EARLY + LATE) / 2;
const ENOUGH = LATE / 2;

/** The server forgets what an interrupted probe has left. */
const LIFETIME = '1 minute';

/**
 * Tasks reach the queue some milliseconds after their start is confirmed, later on a busy machine; the server counts them too
 * coarsely to ask. Those that come too late cannot overtake: only who ignores an order does so however long they are given.
 */
const ARRIVALS_MS = [1_000, 5_000];

/** A task is waiting when it is asked for: an answer takes milliseconds. */
const POLL_DEADLINE_MS = 10_000;

export interface ProbeCase {
  readonly early: Priority;
  readonly late: Priority;
}

export const PRIORITY_CASE: ProbeCase = { early: { priorityKey: 5 }, late: { priorityKey: 1 } };
/** The weight gives the late ones a hundred turns for each of the others'. */
export const FAIRNESS_CASE: ProbeCase = {
  early: { fairnessKey: 'many' },
  late: { fairnessKey: 'few', fairnessWeight: 100 },
};

/** Whether the late ones overtake. */
export async function overtakes(session: TemporalSession, probe: ProbeCase): Promise<boolean> {
  for (const arrivalMs of ARRIVALS_MS) if (await overtakeWithin(session, probe, arrivalMs)) return true;
  return false;
}

async function overtakeWithin(
  session: TemporalSession,
  { early, late }: ProbeCase,
  arrivalMs: number,
): Promise<boolean> {
  const taskQueue = `pregen-doctor-${randomUUID()}`;
  const started: string[] = [];
  try {
    await startProbes(session, taskQueue, 'early', EARLY, early, started);
    await sleep(arrivalMs);
    await startProbes(session, taskQueue, 'late', LATE, late, started);
    await sleep(arrivalMs);
    let lateOnes = 0;
    for (let taken = 0; taken < TAKEN; taken++)
      if ((await takeTask(session, taskQueue)).includes('/late-')) lateOnes += 1;
    return lateOnes > ENOUGH;
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
