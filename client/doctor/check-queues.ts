/**
 * The task queues of the system, and which of them workers poll.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spoolQueue } from '../../domain/task-queues.js';
import type { TemporalSession } from '../temporal/connect.js';
import { countPollers, type Queue, SHARED_QUEUES } from '../temporal/pollers.js';
import { type DoctorFinding, ok, problem, skipped } from './finding.js';

/** One finding per queue; that of the spool in `spoolFolder` is among them if there is one. */
export async function checkQueues(session: TemporalSession, spoolFolder: string): Promise<DoctorFinding[]> {
  const spoolId = await readFile(join(spoolFolder, 'spool-id'), 'utf8').catch(() => undefined);
  const queues: Queue[] = [
    ...SHARED_QUEUES,
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

async function checkQueue({ client }: TemporalSession, queue: Queue): Promise<DoctorFinding> {
  const { name, role } = queue;
  const pollers = await countPollers(client, queue);
  const check = `queue ${name}`;
  return pollers > 0
    ? ok(check, `${pollers} ${role} ${pollers === 1 ? 'worker polls' : 'workers poll'} it`)
    : problem(check, `no ${role} worker polls it`, `Start one with "pregen worker --role ${role}".`);
}
