/**
 * `pregen worker drain`: brings the GPU worker and the uploader of this machine's spool to their end without leaving anything that only
 * this machine has. They take nothing new, finish what they have in hand, store all that is finished, and exit with 0. What is finished
 * and not stored even so (no uploader, or one that was killed) is said, with exit code 1: the disk must not be given away.
 */
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfiguration } from '../../domain/configuration.js';
import { backlogIn } from '../../storage/spool/backlog.js';
import { RENDITIONS_FOLDER } from '../../storage/spool/layout.js';
import { askToDrain, type SpoolWorker, spoolWorkers } from '../../storage/spool/spool-workers.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

/** How often is looked who is still there. */
const LOOK_EVERY_MS = 500;

export async function drain(output: Output): Promise<ExitCode> {
  const spool = resolve(readConfiguration(process.env).spool);
  const workers = await spoolWorkers(spool);
  if (workers.length > 0) output.note(`Draining ${listOf(workers)}; Ctrl-C ends the waiting only.`);
  for (const worker of workers) await askToDrain(spool, worker);
  await untilGone(spool, workers, output);
  const drained = workers.map(({ role, pid }) => ({ role, pid }));
  const { finished } = await backlogIn(join(spool, RENDITIONS_FOLDER));
  output.result({ spool, drained, notStored: finished }, closing(spool, workers, finished));
  return finished === 0 ? EXIT.done : EXIT.failed;
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

function closing(spool: string, workers: readonly SpoolWorker[], notStored: number): string {
  const nobody =
    workers.length === 0 ? `No GPU worker and no uploader is at work on ${spool} (PREGEN_SPOOL).` : '';
  if (notStored === 0) return nobody || `All that was finished on ${spool} is stored.`;
  const images = notStored === 1 ? '1 finished image is' : `${notStored} finished images are`;
  return `${nobody} ${images} on ${spool} and not in the store: "pregen worker --role uploader" stores what is waited for.`.trim();
}
