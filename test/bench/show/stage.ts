/**
 * A complete system for one run of a show: a real Temporal dev server, orchestrator and uploader as their own processes, the GPU
 * worker with a device that only takes time, and a store with or without latency.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Machine } from '../../support/studio.js';
import { startTemporal } from '../../support/temporal.js';
import { startVersitygw } from '../../support/versitygw.js';
import { latencyProxy } from '../frame/latency-proxy.js';
import { DYNAMIC_CONFIG } from '../frame/server-settings.js';

export interface BenchStage {
  readonly folder: string;
  readonly environment: TestWorkflowEnvironment;
  /** Environment of every process of the stage. */
  readonly variables: Readonly<Record<string, string>>;
  readonly deviceLog: string;
  /** The GPU worker (`gpu-worker.ts`). */
  readonly gpu: ChildProcess;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Round trip to an S3 store; without it, the store is a folder. */
  readonly storeMs?: number;
  /** Whether models compute, instead of a device that only takes time. */
  readonly realEngine?: boolean;
  /** Dynamic configuration of the server, as `name=value`, besides that of the development stack. */
  readonly dynamicConfig?: readonly string[];
}

/** Sets up a stage. The caller must `close()` it. */
export async function setBenchStage(options: StageOptions = {}): Promise<BenchStage> {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
  const environment = await startTemporal(...DYNAMIC_CONFIG, ...(options.dynamicConfig ?? []));
  const store = await openTarget(folder, options.storeMs);
  const deviceLog = join(folder, 'device.jsonl');
  const variables = {
    ...store.variables,
    TEMPORAL_ADDRESS: environment.address,
    TEMPORAL_NAMESPACE: environment.namespace ?? 'default',
    ...(!options.realEngine && { BENCH_DEVICE_LOG: deviceLog }),
  };
  const machine = new Machine(join(folder, 'spool'), variables);
  await machine.start('orchestrator');
  await machine.start('uploader');
  const gpu = await startGpu({ ...variables, PREGEN_SPOOL: machine.spoolFolder });
  return {
    folder,
    environment,
    variables,
    deviceLog,
    gpu,
    async close() {
      gpu.send('stop');
      await once(gpu, 'exit');
      await machine.die();
      await environment.teardown();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startGpu(variables: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const module = fileURLToPath(new URL('./gpu-worker.ts', import.meta.url));
  const gpu = fork(module, { env: { ...process.env, ...variables } });
  const ended = once(gpu, 'exit').then(([code]) =>
    Promise.reject(new Error(`the GPU worker ended: ${code}`)),
  );
  ended.catch(() => {});
  await Promise.race([once(gpu, 'message'), ended]);
  return gpu;
}

async function openTarget(folder: string, storeMs: number | undefined) {
  if (storeMs === undefined)
    return { variables: { PREGEN_STORE: `file:${join(folder, 'store')}` }, close: async () => {} };
  const server = await startVersitygw();
  await server.createBucket('bench');
  const line = await latencyProxy(server.endpoint, storeMs);
  return {
    variables: { ...server.env, PREGEN_STORE: line.through(server.storeUrl('bench')) },
    async close() {
      line.close();
      await server.stop();
    },
  };
}
