import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { DEFAULT_RETRY_LIMITS } from '../../domain/retry-limits.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { processTree } from '../support/dev-stack.js';
import { requestOf } from './engine/product.js';
import { DEMO_MODEL, type Workload } from './engine/workload.js';
import type { Benchmark, Comparison, Scale, Subject } from './frame/benchmark.js';
import { midSizeModel } from './peers/mid-size-model.js';
import type { ArrivalRecord } from './show/device-process.js';
import { type BenchStage, setBenchStage } from './show/stage.js';

/** Steps of about two seconds on one core. */
const SLOW = { width: 576, height: 576, guidance: 5, threads: 1, images: 1 };
/** On a stand-in for a device: long enough to be interrupted. */
const LONG = { ...SLOW, width: 1024, height: 1024, model: DEMO_MODEL, steps: 200 };
/** After this time several steps of an image are done. */
const UNDER_WAY_MS = 1500;
const LOOK_EVERY_MS = 10;

const benchmark: Benchmark = {
  question: 'How soon does the GPU worker answer while a device computes, is cancelled, or has died?',
  comparisons: (scale) => [() => whileComputing(scale), takenAway(scale)],
};
export default benchmark;

async function whileComputing(scale: Scale): Promise<Comparison> {
  const workload = { ...SLOW, model: join(await midSizeModel(), 'onnx'), steps: scale.pick(6, 2) };
  return {
    title: `event loop of the GPU worker while a model of about two seconds a step computes (${SLOW.width}×${SLOW.height})`,
    figures: {
      p50: 'ms late, median',
      p99: 'ms late, 99 of 100',
      worst: 'ms late, at most',
      step: 's a step',
    },
    repetitions: scale.pick(3, 1),
    subjects: {
      'GPU worker': () =>
        onStage({ realEngine: true }, (stage, number) => loopDelay(stage, workload, number)),
    },
  };
}

function takenAway(scale: Scale): Comparison {
  return {
    title: 'the device is taken away from an image (steps of 45 ms without CPU, no model to load)',
    figures: {
      cancelled: 's from cancel to a free device',
      killed: 's from a killed engine process to computing again',
    },
    repetitions: scale.pick(5, 1),
    warmUps: 0,
    subjects: {
      'GPU worker': () =>
        onStage({}, async (stage, number) => ({
          ...(await cancel(stage, 2 * number)),
          ...(await kill(stage, 2 * number + 1)),
        })),
    },
  };
}

async function onStage(
  options: Parameters<typeof setBenchStage>[0],
  run: (stage: BenchStage, repetition: number) => Promise<Record<string, number>>,
): Promise<Subject> {
  const stage = await setBenchStage(options);
  let number = 0;
  // A variant is generated once.
  return { run: () => run(stage, number++), close: () => stage.close() };
}

const delaySchema = z.object({ p50: z.number(), p99: z.number(), worst: z.number() });

async function loopDelay(stage: BenchStage, workload: Workload, number: number) {
  await delayOf(stage); // resets the measurement
  const startMs = performance.now();
  await (await start(stage, workload, number)).result();
  const step = (performance.now() - startMs) / 1000 / workload.steps;
  return { ...(await delayOf(stage)), step };
}

async function delayOf({ gpu }: BenchStage) {
  gpu.send('delay');
  const [answer]: unknown[] = await once(gpu, 'message');
  return delaySchema.parse(answer);
}

async function cancel(stage: BenchStage, number: number) {
  const orderedMs = Date.now();
  const handle = await start(stage, LONG, number);
  await arrival(stage, orderedMs);
  await sleep(UNDER_WAY_MS);
  const startMs = performance.now();
  await handle.cancel();
  await handle.result().catch(() => {});
  return { cancelled: (performance.now() - startMs) / 1000 };
}

async function kill(stage: BenchStage, number: number) {
  const orderedMs = Date.now();
  const handle = await start(stage, LONG, number);
  const before = await arrival(stage, orderedMs);
  await sleep(UNDER_WAY_MS);
  const killedMs = Date.now();
  for (const pid of processTree(stage.gpu.pid ?? 0).slice(1)) process.kill(pid, 'SIGKILL');
  const { arrivedMs } = await arrival(stage, before.arrivedMs);
  await handle.cancel();
  await handle.result().catch(() => {});
  return { killed: (arrivedMs - killedMs) / 1000 };
}

function start({ environment }: BenchStage, workload: Workload, number: number) {
  const request: RenditionRequest = requestOf(workload, 'latent-rgb', number, 0);
  return environment.client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
    ...variantStartOptions(request),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ request, replaces: false, patience: DEFAULT_RETRY_LIMITS }],
  });
}

/** The last job that has reached the device's process, as soon as there is one after this time. */
async function arrival({ deviceLog }: BenchStage, afterMs: number): Promise<ArrivalRecord> {
  for (;;) {
    const last = arrivals(deviceLog).at(-1);
    if (last !== undefined && last.arrivedMs > afterMs) return last;
    await sleep(LOOK_EVERY_MS);
  }
}

function arrivals(path: string): ArrivalRecord[] {
  try {
    const records = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line): object => JSON.parse(line));
    return records.filter((record): record is ArrivalRecord => 'arrivedMs' in record);
  } catch {
    return []; // not written yet, or only half of a line
  }
}
