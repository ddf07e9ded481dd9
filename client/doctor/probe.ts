/**
 * What the server does with priorities and fairness, tried out: older and differently configured servers take them
 * without a word and ignore them. Workflows that nobody runs are started on a queue of their own, many early ones and a
 * few late ones that should overtake, and taken from the queue as a worker would; then all are deleted.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Priority } from '@temporalio/common';
import type { TemporalSession } from '../temporal/connect.js';

/** As many as wait in the backlog of a small show, and a few that are wanted at once. */
const EARLY = 40;
const LATE = 4;

/** The server forgets what an interrupted probe has left. */
const LIFETIME = '1 minute';

/**
 * Tasks reach the queue some milliseconds after their start is confirmed, later on a busy machine; the server counts them too
 * coarsely to ask. Those that come too late cannot overtake: only who ignores an order does so however long they are given.
 */
const ARRIVALS_MS = [700, 2_500];

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

/**
 * `first`: nothing is served before the late ones. `partly`: they overtake many, but not all, as where a queue has several partitions,
 * each with an order of its own. `not`: they wait behind the others.
 */
export type Order = 'first' | 'partly' | 'not';

export interface Measured {
  readonly order: Order;
  /** Places at which the late ones were served, from 1. */
  readonly places: readonly number[];
  readonly of: number;
}

/** Where the late ones come; the best of two trials. */
export async function measureOrder(session: TemporalSession, probe: ProbeCase): Promise<Measured> {
  const trials: Measured[] = [];
  for (const arrivalMs of ARRIVALS_MS) {
    const measured = await placesOfLate(session, probe, arrivalMs);
    if (measured.order === 'first') return measured;
    trials.push(measured);
  }
  return trials.reduce((best, trial) => (trial.order === 'partly' ? trial : best));
}

async function placesOfLate(
  session: TemporalSession,
  { early, late }: ProbeCase,
  arrivalMs: number,
): Promise<Measured> {
  return withProbes(session, async (taskQueue, start) => {
    await start('early', EARLY, early);
    await sleep(arrivalMs);
    await start('late', LATE, late);
    await sleep(arrivalMs);
    const places: number[] = [];
    for (let place = 1; places.length < LATE && place <= EARLY + LATE; place++)
      if ((await takeTask(session, taskQueue)).includes('/late-')) places.push(place);
    return { order: orderOf(places), places, of: EARLY + LATE };
  });
}

/** In order of arrival, the late ones come last; in a random order, in the middle on average. */
export function orderOf(places: readonly number[]): Order {
  if (places.every((place) => place <= LATE)) return 'first';
  const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
  return mean < EARLY / 2 ? 'partly' : 'not';
}

/** How far the server's clock is ahead of this machine's, in milliseconds; 0 within what one request can tell. */
export function clockSkewMs(session: TemporalSession): Promise<number> {
  return withProbes(session, async (taskQueue, start) => {
    const before = Date.now();
    await start('clock', 1, {});
    const after = Date.now();
    const { startTime } = await session.client.workflow.getHandle(`${taskQueue}/clock-0`).describe();
    return startTime.getTime() - Math.min(Math.max(startTime.getTime(), before), after);
  });
}

type Start = (name: string, count: number, priority: Priority) => Promise<void>;

/** Gives `work` a queue of its own and a way to start probes on it; none of them is left afterwards, not even in a list. */
async function withProbes<T>(
  session: TemporalSession,
  work: (taskQueue: string, start: Start) => Promise<T>,
): Promise<T> {
  const taskQueue = `pregen-doctor-${randomUUID()}`;
  const started: string[] = [];
  try {
    return await work(taskQueue, (name, count, priority) =>
      startProbes(session, taskQueue, name, count, priority, started),
    );
  } finally {
    await Promise.allSettled(started.map((workflowId) => removeProbe(session, workflowId)));
  }
}

/** Deleting ends it as well. Who may not delete, ends it. */
async function removeProbe({ client, namespace }: TemporalSession, workflowId: string): Promise<void> {
  try {
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
  } catch {
    await client.workflow.getHandle(workflowId).terminate('probe of pregen doctor');
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
