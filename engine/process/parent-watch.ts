/**
 * A thread of the engine process that ends it when the GPU worker is gone, even in the middle of a step: a step can
 * take a minute, and until it ends the device's memory would be missing to the next engine process.
 */
import { setInterval } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';

/** How often to look, in milliseconds: one system call each time. */
const INTERVAL_MS = 500;

const parent: unknown = workerData;
for await (const _ of setInterval(INTERVAL_MS)) {
  // An orphan is adopted by another process.
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}
