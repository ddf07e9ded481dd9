/**
 * Tells a person who waits for workflows which workers they wait for. A server takes any work, and does not say that no worker does it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { countPollers, type Queue, SHARED_QUEUES, startCommand } from '../temporal/pollers.js';
import type { Output } from '../terminal/output.js';

/** Workers that are just being started with the show need a moment. */
const FIRST_LOOK_MS = 5_000;
const LOOK_EVERY_MS = 30_000;

/** Says once of each role that nobody has it, until `over`. A server that does not answer is told elsewhere. */
export async function tellMissingWorkers(
  client: Client,
  output: Pick<Output, 'note'>,
  over: AbortSignal,
  queues: readonly Queue[] = SHARED_QUEUES,
): Promise<void> {
  const untold = new Set(queues);
  try {
    for (let pauseMs = FIRST_LOOK_MS; untold.size > 0; pauseMs = LOOK_EVERY_MS) {
      await sleep(pauseMs, undefined, { signal: over });
      for (const queue of untold) {
        if ((await countPollers(client, queue)) > 0 || over.aborted) continue;
        untold.delete(queue);
        output.note(
          `No ${queue.role} worker polls ${queue.setting === undefined ? 'for work' : `the queue ${queue.name}`}: start one with "${startCommand(queue)}".`,
        );
      }
    }
  } catch {
    // The show has ended, or the server is away.
  }
}
