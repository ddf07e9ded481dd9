/**
 * The task queues of the system, and which of them workers poll.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spoolQueue } from '../../domain/task-queues.js';
import type { TemporalSession } from '../temporal/connect.js';
import { pollersOf, type Queue, SHARED_QUEUES, startCommand } from '../temporal/pollers.js';
import { type DoctorFinding, ok, problem, skipped, warning } from './finding.js';

/** One finding per queue, of the shared ones that are asked for; that of the spool in `spoolFolder` is among them if there is one. */
export async function checkQueues(
  session: TemporalSession,
  spoolFolder: string,
  shared: readonly Queue[] = SHARED_QUEUES,
): Promise<DoctorFinding[]> {
  const spoolId = await readFile(join(spoolFolder, 'spool-id'), 'utf8').catch(() => undefined);
  const queues: Queue[] = [
    ...shared,
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
  const silences = await pollersOf(client, queue);
  const check = `queue ${name}`;
  const start = `Start one with "${startCommand(queue)}".`;
  if (silences.length === 0) return problem(check, `no ${role} worker polls it`, start);
  const polls = `${silences.length} ${role} ${silences.length === 1 ? 'worker polls' : 'workers poll'} it`;
  const shortest = Math.min(...silences);
  // The server does not notice when one stops: it knows only when each has asked for work last, which is once a minute at least.
  return shortest <= LONGEST_POLL_SECONDS
    ? ok(check, `${polls}, the last time ${shortest} s ago`)
    : warning(check, `${polls}, but has not done so for ${shortest} s: it may have stopped`, start);
}

const LONGEST_POLL_SECONDS = 62;
