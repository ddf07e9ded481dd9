/**
 * `pregen worker drain`: brings the GPU worker and the uploader of this machine's spool to their end without leaving anything that only
 * this machine has. They take nothing new, finish what they have in hand, store all that is finished, and exit with 0.
 */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfiguration } from '../../domain/configuration.js';
import { askToDrain, type SpoolWorker, spoolWorkers } from '../../storage/spool/spool-workers.js';
import type { Output } from '../terminal/output.js';

/** How often is looked who is still there. */
const LOOK_EVERY_MS = 500;

export async function drain(output: Output): Promise<undefined> {
  const spool = resolve(readConfiguration(process.env).spool);
  const workers = await spoolWorkers(spool);
  if (workers.length > 0) output.note(`Draining ${listOf(workers)}; Ctrl-C ends the waiting only.`);
  for (const worker of workers) await askToDrain(spool, worker);
  await untilGone(spool, workers, output);
  const drained = workers.map(({ role, pid }) => ({ role, pid }));
  output.result({ spool, drained }, closing(spool, workers));
  return undefined;
}

async function untilGone(spool: string, workers: readonly SpoolWorker[], output: Output): Promise<void> {
  for (let left = workers; left.length > 0; ) {
    await sleep(LOOK_EVERY_MS);
    const alive = new Set((await spoolWorkers(spool)).map(({ name }) => name));
    for (const worker of left) if (!alive.has(worker.name)) output.note(`${listOf([worker])} has ended`);
    left = left.filter(({ name }) => alive.has(name));
  }
}

const listOf = (workers: readonly SpoolWorker[]): string =>
  workers.map(({ role, pid }) => `${role} (process ${pid})`).join(', ');

const closing = (spool: string, workers: readonly SpoolWorker[]): string =>
  workers.length === 0
    ? `No GPU worker and no uploader is at work on ${spool} (PREGEN_SPOOL).`
    : `All that was finished on ${spool} is stored.`;
