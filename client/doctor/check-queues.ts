/**
 * Whether anybody works: the task queues of the system, and who polls them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GPU_QUEUE, ORCHESTRATION_QUEUE, spoolQueue } from '../../domain/task-queues.js';
import type { TemporalSession } from '../temporal/connect.js';
import { type DoctorFinding, ok, problem, skipped } from './finding.js';

/** `TaskQueueType` of Temporal's API. */
const QUEUE_TYPE = { workflow: 1, activity: 2 } as const;

/** A living worker renews its poll at least every 60 s; half of that again for a busy machine. */
const POLLER_SILENCE_MS = 90_000;

interface Queue {
  readonly name: string;
  readonly type: keyof typeof QUEUE_TYPE;
  readonly role: string;
}

/** One finding per queue; that of the spool in `spoolFolder` is among them if there is one. */
export async function checkQueues(session: TemporalSession, spoolFolder: string): Promise<DoctorFinding[]> {
  const spoolId = await readFile(join(spoolFolder, 'spool-id'), 'utf8').catch(() => undefined);
  const queues: Queue[] = [
    { name: ORCHESTRATION_QUEUE, type: 'workflow', role: 'orchestrator' },
    { name: GPU_QUEUE, type: 'activity', role: 'gpu' },
    ...(spoolId === undefined
      ? []
      : [{ name: spoolQueue(spoolId.trim()), type: 'activity', role: 'uploader' } as const]),
  ];
  const findings = await Promise.all(queues.map((queue) => checkQueue(session, queue)));
  return spoolId === undefined
    ? [
        ...findings,
        skipped('queue spool-*', `no spool in ${spoolFolder}: its uploader runs elsewhere, or not yet`),
      ]
    : findings;
}

async function checkQueue(
  { client, namespace }: TemporalSession,
  { name, type, role }: Queue,
): Promise<DoctorFinding> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
    taskQueueType: QUEUE_TYPE[type],
  });
  const since = Date.now() - POLLER_SILENCE_MS;
  const alive = pollers.filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= since);
  const check = `queue ${name}`;
  return alive.length > 0
    ? ok(check, `${alive.length} ${role} ${alive.length === 1 ? 'worker polls' : 'workers poll'} it`)
    : problem(check, `no ${role} worker polls it`, `Start one with "pregen worker --role ${role}".`);
}
