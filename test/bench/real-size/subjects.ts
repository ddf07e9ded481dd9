/**
 * One image by a process that loads the model, paints and ends, so that the two subjects are never in memory together: the process
 * behind `pregen model try`, and Optimum's pipeline.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { engineEnvironment } from '../../../domain/engine-environment.js';
import { promptOf, seedOf } from '../engine/workload.js';
import { type Figures, NotRun, type Subject } from '../frame/benchmark.js';
import { ROOT } from '../frame/machine.js';
import { Peer } from '../peers/peer.js';
import type { RealModel } from './models.js';
import { PeakMemory } from './peak-memory.js';

const THREADS = 2;
const ENGINE = `${ROOT}dist/engine/model/main.js`;

export const REAL_FIGURES = {
  image: 's an image',
  load: 's to load, files digested',
  own: 'GiB of its own',
  resident: 'GiB with mapped files',
} as const;

const replySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('note') }),
  z.object({ type: z.literal('computing') }),
  z.object({
    type: z.literal('result'),
    data: z.object({ stepDurations: z.record(z.string(), z.number()) }),
  }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);
const answerSchema = z.object({ seconds: z.number() });

const orderOf = ({ side, steps, guidance }: RealModel, repetition: number) => ({
  ...{ prompt: promptOf(repetition, 0), seed: seedOf(repetition, 0) },
  ...{ steps, guidance, width: side, height: side },
});

export const thisEngine = async (directory: string, model: RealModel): Promise<Subject> => ({
  async run(repetition) {
    const folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
    const order = { type: 'try', directory, threads: THREADS, out: join(folder, 'image.png') };
    try {
      return await tried({ ...order, ...orderOf(model, repetition) });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
});

/** Follows one process from its start to the written image. */
async function tried(order: object): Promise<Figures> {
  const start = performance.now();
  const child = fork(ENGINE, [JSON.stringify(order)], { env: engineEnvironment(process.env), execArgv: [] });
  const memory = new PeakMemory();
  if (child.pid !== undefined) memory.watch(child.pid);
  let load = 0;
  let image = 0;
  let problem: string | undefined;
  child.on('message', (message) => {
    const reply = replySchema.parse(message);
    if (reply.type === 'computing') load = (performance.now() - start) / 1000;
    if (reply.type === 'result') image = sumOf(reply.data.stepDurations) / 1000;
    if (reply.type === 'error') problem = reply.message;
  });
  const [code, signal] = await once(child, 'exit');
  memory.stop();
  if (image === 0) throw new NotRun(problem ?? `the engine ended with ${signal ?? code}`);
  return { image, load, ...memory.peak };
}

const sumOf = (durations: Readonly<Record<string, number>>): number =>
  Object.values(durations).reduce((sum, ms) => sum + ms, 0);

export const optimum = async (directory: string, model: RealModel): Promise<Subject> => ({
  async run(repetition) {
    const memory = new PeakMemory();
    const start = performance.now();
    const peer = await Peer.start('optimum', directory, THREADS, (pid) => memory.watch(pid));
    const load = (performance.now() - start) / 1000;
    try {
      const { seconds } = answerSchema.parse(await peer.request(orderOf(model, repetition)));
      return { image: seconds, load, ...memory.peak };
    } finally {
      memory.stop();
      await peer.close();
    }
  },
});
