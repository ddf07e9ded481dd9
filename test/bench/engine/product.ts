/**
 * This engine as the product runs it: the GPU worker's own activity, which orders from an engine process, makes every step
 * durable in a spool and renders its preview; two images in hand, as the worker has them. Only Temporal is left out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createGpuActivities } from '../../../activities/denoise/denoise.js';
import type { Rendition, RenditionRequest } from '../../../domain/rendition.js';
import { EngineHost } from '../../../engine/host/host.js';
import { openStore } from '../../../storage/open-store.js';
import { Spool } from '../../../storage/spool/spool.js';
import { alwaysDenoise } from '../../support/always-denoise.js';
import { loneMachine } from '../../support/lone-machine.js';
import type { Subject } from '../frame/benchmark.js';
import { cpuSecondsOf } from '../frame/process-cost.js';
import { promptOf, seedOf, type Workload } from './workload.js';

/** As `workers/roles/gpu.ts` has them. */
const VARIANTS_IN_HAND = 2;
/** The repetition that an image for nothing but loading the model belongs to. */
const BEFORE_ALL = 999;

export type Previews = 'off' | 'latent-rgb' | 'vae';

/** @param devices engine processes, each with the workload's threads */
export async function product(workload: Workload, previews: Previews, devices = 1): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
  const spool = await Spool.open(join(folder, 'spool'), { budgetBytes: 2 ** 34 });
  const store = openStore(`file:${join(folder, 'store')}`);
  const report = (incident: string) => process.stderr.write(`${incident}\n`);
  const engines = Array.from({ length: devices }, () => new EngineHost({ stepTimeoutMs: 600_000, report }));
  const denoise = alwaysDenoise(
    createGpuActivities({
      spool,
      store,
      models: undefined,
      threads: workload.threads,
      ...loneMachine(...engines),
    }),
  );
  const paint = (request: RenditionRequest): Promise<Rendition> =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(denoise, request);
  const discard = async (renditions: readonly Rendition[]) => {
    for (const { renditionId } of renditions) await (await spool.findRendition(renditionId))?.remove();
  };
  // Opening includes loading the model, as for the other subjects.
  const first = engines.map((_, image) =>
    paint(requestOf({ ...workload, steps: 1 }, previews, BEFORE_ALL, image)),
  );
  await discard(await Promise.all(first));
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return engines.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), (user + system) / 1e6);
  };
  return {
    async run(repetition) {
      const requests = Array.from({ length: workload.images }, (_, image) =>
        requestOf(workload, previews, repetition, image),
      );
      const before = { cpu: cpu(), at: performance.now() };
      const renditions = await inHand(VARIANTS_IN_HAND * devices, requests, paint);
      const wall = (performance.now() - before.at) / 1000;
      const cost = cpu() - before.cpu;
      await discard(renditions);
      const recorded = renditions.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
      return {
        wall: wall / workload.images,
        cpu: cost / workload.images,
        recorded: recorded / workload.images,
      };
    },
    async close() {
      await Promise.all(engines.map((engine) => engine.close()));
      store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Works through the list in order, with `count` items at once. */
async function inHand<T, R>(count: number, list: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = list.entries();
  const hand = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: count }, hand));
  return results;
}

export function requestOf(
  { model, executionProviders = ['cpu'], images: _, threads: __, ...size }: Workload,
  previews: Previews,
  repetition: number,
  image: number,
): RenditionRequest {
  const cueId = 'prompt_3_00_01_00';
  const seed = seedOf(repetition, image);
  const address = { project: 'bench', version: 'v1', cueId, variantId: seed };
  return {
    ...address,
    seed,
    settings: {
      ...size,
      program: 'P4',
      prompt: promptOf(repetition, image),
      previews: previews !== 'off',
      model: {
        name: 'bench',
        path: model,
        showDirectory: '/',
        executionProviders: [...executionProviders],
        previews: previews === 'vae' ? 'vae' : 'latent-rgb',
      },
    },
  };
}
