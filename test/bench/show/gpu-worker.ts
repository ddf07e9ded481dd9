/**
 * The GPU worker as `workers/main.ts` runs it, with a device that only takes time, or with the real engine. On request it reports
 * the delay of its event loop and the process id of its engine.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { readConfiguration } from '../../../domain/configuration.js';
import { Health } from '../../../domain/health.js';
import { connect } from '../../../workers/connection.js';
import { createGpuWorker } from '../../../workers/roles/gpu.js';
import { quiet } from '../../support/temporal.js';

/** Delay of the event loop in milliseconds, since the last request. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

/** A finer resolution would cost CPU time that other figures contain. */
const RESOLUTION_MS = 5;

quiet();
const device =
  process.env.BENCH_DEVICE_LOG === undefined
    ? {}
    : { module: fileURLToPath(new URL('./device-process.mjs', import.meta.url)) };
const { connection, namespace } = await connect();
const role = await createGpuWorker(
  { connection, namespace, configuration: readConfiguration(process.env), health: new Health({ parts: [] }) },
  device,
);
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('message', (message) => {
  if (message === 'delay') process.send?.(takeDelay());
  else for (const worker of role.workers) worker.shutdown();
});
process.send?.('ready');
await Promise.all(role.workers.map((worker) => worker.run()));
await role.close();
await connection.close();
process.exit();

function takeDelay(): LoopDelay {
  const over = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const found = { p50: over(delay.percentile(50)), p99: over(delay.percentile(99)), worst: over(delay.max) };
  delay.reset();
  return found;
}
