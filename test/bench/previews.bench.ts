import { join } from 'node:path';
import { product } from './engine/product.js';
import { REMOTE_STORE_MS, remoteStore } from './engine/remote-store.js';
import { bareLoop, peer } from './engine/subjects.js';
import { FIGURES, type Workload } from './engine/workload.js';
import type { Benchmark, Comparison, Scale, Subject } from './frame/benchmark.js';
import { midSizeModel } from './peers/mid-size-model.js';

/** One thread computes, like a device, and leaves the other cores to the host. */
const THREADS = 1;

const benchmark: Benchmark = {
  question: 'What do previews cost, and how far do the recorded durations stray from the model’s own?',
  comparisons: (scale) => [() => beside(scale)],
};
export default benchmark;

async function beside(scale: Scale): Promise<Comparison> {
  const model = join(await midSizeModel(), 'onnx');
  const size = { width: 256, height: 256, steps: scale.pick(4, 2), guidance: 3 };
  const workload = { ...size, model, threads: THREADS, images: scale.pick(2, 1) };
  return {
    title: `mid-size SDXL, ${size.width}×${size.height}, ${size.steps} steps, ${workload.images} in a row, ${THREADS} thread`,
    figures: FIGURES,
    baseline: 'session.run',
    repetitions: scale.pick(6, 1),
    subjects: {
      'session.run': () => bareLoop(workload),
      'this engine, off': () => product(workload, 'off'),
      'this engine, latent-rgb': () => product(workload, 'latent-rgb'),
      'this engine, vae': () => product(workload, 'vae'),
      ...scale.pick({ 'Optimum, off': () => peer('optimum', model, workload) }, {}),
      [`Optimum, uploading in the callback, ${REMOTE_STORE_MS} ms`]: () => sourceDocument(model, workload),
    },
  };
}

/** Converts and uploads inside the step callback, and measures there, as the document that this project started from does. */
async function sourceDocument(model: string, workload: Workload): Promise<Subject> {
  const store = await remoteStore();
  const painter = await peer('callback', model, workload, store.url);
  return {
    ...painter,
    async close() {
      await painter.close?.();
      store.close();
    },
  };
}
