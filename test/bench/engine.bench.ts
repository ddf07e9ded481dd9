import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { product } from './engine/product.js';
import { bareLoop, peer } from './engine/subjects.js';
import { DEMO_MODEL, FIGURES, type Workload } from './engine/workload.js';
import type { Benchmark, Comparison, Scale } from './frame/benchmark.js';
import { midSizeModel } from './peers/mid-size-model.js';

const SIZE = { guidance: 3, images: 1 };
const IN_A_ROW = 3;

/** One image with everything that this engine does: previews, checkpoints, fsync, the final PNG. */
const benchmark: Benchmark = {
  question: 'What does one image cost beside the bare session.run loop, and beside the peers?',
  comparisons(scale) {
    const cores = availableParallelism();
    const one = scale
      .pick([1, cores], [1])
      .flatMap((threads) => [demo(threads, scale), () => midSize(threads, scale)]);
    return [...one, () => devices(scale)];
  },
};
export default benchmark;

/** Without diffusers: this model exists as ONNX only, without weights for PyTorch. */
function demo(threads: number, scale: Scale): Comparison {
  const workload: Workload = { ...SIZE, model: DEMO_MODEL, width: 128, height: 128, steps: 20, threads };
  return {
    ...comparison('demo model', workload, scale.pick(10, 2)),
    subjects: {
      'session.run': () => bareLoop(workload),
      'this engine': () => product(workload, 'latent-rgb'),
      [`this engine, ${IN_A_ROW} in a row`]: () => product({ ...workload, images: IN_A_ROW }, 'latent-rgb'),
      ...scale.pick({ Optimum: () => peer('optimum', workload.model, workload) }, {}),
    },
  };
}

async function midSize(threads: number, scale: Scale): Promise<Comparison> {
  const folder = await midSizeModel();
  const steps = scale.pick(4, 2);
  const workload: Workload = {
    ...SIZE,
    model: join(folder, 'onnx'),
    width: 256,
    height: 256,
    steps,
    threads,
  };
  return {
    ...comparison('mid-size SDXL', workload, scale.pick(5, 1)),
    subjects: {
      'session.run': () => bareLoop(workload),
      'this engine': () => product(workload, 'latent-rgb'),
      Optimum: () => peer('optimum', workload.model, workload),
      diffusers: () => peer('diffusers', folder, workload),
    },
  };
}

/** Whether each device keeps its pace beside the other, where there is a core for each. */
async function devices(scale: Scale): Promise<Comparison> {
  const folder = await midSizeModel();
  const size = { width: 256, height: 256, guidance: 3, steps: scale.pick(8, 2) };
  const workload: Workload = { ...size, model: join(folder, 'onnx'), threads: 1, images: scale.pick(8, 2) };
  return {
    ...comparison('mid-size SDXL on several devices', workload, scale.pick(5, 1)),
    subjects: {
      'one device': () => product(workload, 'latent-rgb'),
      'two devices': () => product(workload, 'latent-rgb', 2),
    },
  };
}

function comparison(name: string, { width, height, steps, threads }: Workload, repetitions: number) {
  return {
    title: `${name}, ${width}×${height}, ${steps} steps, ${threads} thread${threads === 1 ? '' : 's'}`,
    figures: FIGURES,
    baseline: 'session.run',
    repetitions,
  };
}
