/**
 * The bare loop, as a process of its own: exactly the calls of `session.run` that one image takes, with the same tensors,
 * one after the other, and nothing else. Its time is the model's own; everything beyond it is a subject's overhead.
 *
 * The calls are recorded while the engine's library generates one image, and then repeated for each image.
 */
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { loadModel } from '../../../diffusion/index.js';
import { promptOf, seedOf, type Workload } from './workload.js';

type Run = (this: InferenceSession, feeds: Feeds, outputs: readonly string[]) => Promise<unknown>;
type Feeds = Readonly<Record<string, Tensor>>;

interface Call {
  readonly session: InferenceSession;
  readonly feeds: Feeds;
  readonly outputs: readonly string[];
}

const workload: Workload = JSON.parse(process.argv[2] ?? '');
const sessions: { run: Run } = Reflect.get(InferenceSession, 'prototype');
const run = sessions.run;
const calls = await noteDown();

process.on('message', async () => process.send?.(await replay()));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function noteDown(): Promise<readonly Call[]> {
  const { model: directory, threads, width, height, steps, guidance } = workload;
  const model = await loadModel(directory, { threads });
  const calls: Call[] = [];
  sessions.run = function (feeds, outputs) {
    calls.push({ session: this, feeds, outputs });
    return run.call(this, feeds, outputs);
  };
  const request = { prompt: promptOf(0, 0), seed: seedOf(0, 0), width, height, steps, guidance };
  for await (const _ of model.generate(request));
  sessions.run = run;
  return calls;
}

async function replay() {
  const before = { cpu: process.cpuUsage(), at: performance.now() };
  for (let image = 0; image < workload.images; image++)
    for (const { session, feeds, outputs } of calls) await run.call(session, feeds, outputs);
  const { user, system } = process.cpuUsage(before.cpu);
  const wall = (performance.now() - before.at) / 1000 / workload.images;
  return { wall, cpu: (user + system) / 1e6 / workload.images, recorded: wall };
}
