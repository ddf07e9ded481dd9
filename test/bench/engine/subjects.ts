/**
 * The subjects of the engine's comparisons: the bare loop and the Python peers. This engine is in `product.ts`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Subject } from '../frame/benchmark.js';
import { Peer } from '../peers/peer.js';
import { promptOf, seedOf, type Workload } from './workload.js';

const figuresSchema = z.record(z.string(), z.number());
const answerSchema = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  durations: z.array(z.number()),
});

/** The model's own time. */
export async function bareLoop(workload: Workload): Promise<Subject> {
  const module = fileURLToPath(new URL('./bare-loop.ts', import.meta.url));
  const child = fork(module, [JSON.stringify(workload)]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the bare loop ended with exit code ${code}`);
  });
  ended.catch(() => {});
  const answer = () => Promise.race([once(child, 'message'), ended]);
  await answer();
  return {
    async run() {
      child.send('run');
      const [figures]: unknown[] = await answer();
      return figuresSchema.parse(figures);
    },
    async close() {
      child.disconnect();
      await ended.catch(() => {});
    },
  };
}

/** A Python peer; `folder` is what it loads, `store` where it uploads previews, if it does. */
export async function peer(
  kind: string,
  folder: string,
  workload: Workload,
  store?: string,
): Promise<Subject> {
  const process = await Peer.start(kind, folder, workload.threads);
  const paint = async (repetition: number, image: number) =>
    answerSchema.parse(
      await process.request({
        ...workload,
        prompt: promptOf(repetition, image),
        seed: seedOf(repetition, image),
        store,
      }),
    );
  return {
    versions: process.versions,
    async run(repetition) {
      const answers: z.infer<typeof answerSchema>[] = [];
      for (let image = 0; image < workload.images; image++) answers.push(await paint(repetition, image));
      const mean = (of: (answer: z.infer<typeof answerSchema>) => number) =>
        answers.reduce((sum, answer) => sum + of(answer), 0) / answers.length;
      const recorded = mean(({ durations }) => durations.reduce((sum, ms) => sum + ms, 0) / 1000);
      return {
        wall: mean(({ seconds }) => seconds),
        cpu: mean(({ cpuSeconds }) => cpuSeconds),
        ...(recorded > 0 && { recorded }),
      };
    },
    close: () => process.close(),
  };
}
