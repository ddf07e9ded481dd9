/**
 * What orchestration costs a variant, with an engine that does nothing: wall time, CPU and memory of worker and server,
 * events per execution, pending children, and how all of it grows. Prints figures; asserts only that nothing is lost.
 *
 * `npm run bench -- orchestration`; `BENCH_VARIANTS=100000` for one run of that size, `BENCH_PLANNED=1000000` for a show
 * that is planned and cancelled after its first pages.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ShowWorkflow, showProgressQuery } from '../../domain/messages.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { createRig, type Rig } from '../workflows/rig.js';
import { startSampleShow } from '../workflows/start-show.js';
import { memoryStore } from './memory-store.js';
import { serverCost, startServer } from './server-process.js';

const WINDOW = 48;
const VARIANTS_PER_CUE = 50;
const sizes = process.env.BENCH_VARIANTS?.split(',').map(Number) ?? [1000, 3850];
const planned = Number(process.env.BENCH_PLANNED ?? 0);

let folder: string;
let environment: TestWorkflowEnvironment;
let store: ObjectStore;
let rig: Omit<Rig, 'env'>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
  environment = await startServer(folder);
});

afterAll(async () => {
  await environment?.teardown();
  await rm(folder, { recursive: true, force: true });
});

const report = (line: string) => process.stdout.write(`  ${line}\n`);
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

const start = (version: string, variants: number) => {
  store = memoryStore();
  rig = createRig(environment, store);
  const cues = Math.ceil(variants / VARIANTS_PER_CUE);
  return {
    cues,
    begin: () =>
      startSampleShow({ ...rig, env: {} }, version, { cues, variants: VARIANTS_PER_CUE, window: WINDOW }),
  };
};

it.each(sizes)('orchestrates a show of %i variants', { timeout: 0 }, async (variants) => {
  const { cues, begin } = start(`show-${variants}`, variants);
  await rig.withMachine(
    {},
    async (machine) => {
      const before = { cpu: process.cpuUsage(), server: serverCost(), at: performance.now() };
      const handle = await begin();
      const peaks = await watchUntilDone(handle);
      const result = await handle.result();
      const wallMs = performance.now() - before.at;
      const cpu = process.cpuUsage(before.cpu);
      const server = serverCost();
      const total = cues * VARIANTS_PER_CUE;
      expect(result).toMatchObject({ planned: total, stored: total, failed: 0 });
      const runs = await eventsPerRun(handle);
      report(
        `${total} variants, window ${WINDOW}: ${(wallMs / total).toFixed(1)} ms wall a variant, ${((total / wallMs) * 1000).toFixed(1)} variants/s`,
      );
      report(
        `CPU a variant: worker ${((cpu.user + cpu.system) / 1000 / total).toFixed(1)} ms, server ${(((server.cpuSeconds - before.server.cpuSeconds) * 1000) / total).toFixed(1)} ms`,
      );
      report(`memory at most: worker ${megabytes(peaks.rss)}, server ${megabytes(peaks.serverRss)}`);
      report(
        `show: ${runs.length} executions of at most ${Math.max(...runs)} events, ${peaks.cues} pending cues at most, ${machine.maxInFlight} variants in flight at most`,
      );
    },
    { uploadSlots: 100 },
  );
});

it.runIf(planned > 0)(
  `plans a show of ${planned} variants and runs its first pages`,
  { timeout: 0 },
  async () => {
    const { begin } = start('show-planned', planned);
    await rig.withMachine({}, async (machine) => {
      const before = performance.now();
      const handle = await begin();
      let progress = await handle.query(showProgressQuery);
      while (progress.phase === 'planning') progress = await handle.query(showProgressQuery);
      report(
        `${progress.planned} variants planned in ${((performance.now() - before) / 1000).toFixed(1)} s; worker ${megabytes(process.memoryUsage().rss)}`,
      );
      const rss: number[] = [];
      for (const done of [500, 1000, 1500, 2000]) {
        await expect
          .poll(() => machine.log.events.filter((event) => event.startsWith('releaseSpool')).length, {
            timeout: 600_000,
            interval: 1000,
          })
          .toBeGreaterThan(done);
        rss.push(process.memoryUsage().rss);
      }
      report(`after 500, 1,000, 1,500 and 2,000 variants the worker has ${rss.map(megabytes).join(', ')}`);
      await handle.cancel();
      await handle.result().catch(() => undefined);
    });
  },
);

async function watchUntilDone(handle: WorkflowHandle<ShowWorkflow>) {
  const peaks = { rss: 0, serverRss: 0, cues: 0 };
  for (;;) {
    const { raw, status } = await environment.client.workflow.getHandle(handle.workflowId).describe();
    peaks.cues = Math.max(peaks.cues, raw.pendingChildren?.length ?? 0);
    peaks.rss = Math.max(peaks.rss, process.memoryUsage().rss);
    peaks.serverRss = Math.max(peaks.serverRss, serverCost().rssBytes);
    if (status.name !== 'RUNNING') return peaks;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** History lengths of all executions of a show, first to last. */
async function eventsPerRun({ workflowId }: WorkflowHandle<ShowWorkflow>): Promise<number[]> {
  const query = `WorkflowId = "${workflowId}"`;
  const runs: { at: number; events: number }[] = [];
  for await (const { startTime, runId } of environment.client.workflow.list({ query })) {
    const { historyLength } = await environment.client.workflow.getHandle(workflowId, runId).describe();
    runs.push({ at: startTime.getTime(), events: historyLength });
  }
  return runs.sort((a, b) => a.at - b.at).map(({ events }) => events);
}
