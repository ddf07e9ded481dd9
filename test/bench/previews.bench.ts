import { join } from 'node:path';
import { FAR_MS, farStore } from './engine/far-away.js';
import { FIGURES, type PaintOrder } from './engine/order.js';
import { bareLoop, peer } from './engine/painters.js';
import { product } from './engine/product.js';
import type { Benchmark, Comparison, Scale, Subject } from './frame/benchmark.js';
import { midSizeModel } from './peers/mid-size-model.js';

/** One thread computes, as a device does, while the other cores are the host's. */
const THREADS = 1;

const benchmark: Benchmark = {
  question: 'What do previews cost, and how far do the recorded durations stray from the model’s own?',
  comparisons: (scale) => [() => beside(scale)],
};
export default benchmark;

async function beside(scale: Scale): Promise<Comparison> {
  const model = join(await midSizeModel(), 'onnx');
  const size = { width: 256, height: 256, steps: scale.pick(4, 2), guidance: 3 };
  const order = { ...size, model, threads: THREADS, images: scale.pick(2, 1) };
  return {
    title: `mid-size SDXL, ${size.width}×${size.height}, ${size.steps} steps, ${order.images} in a row, ${THREADS} thread`,
    figures: FIGURES,
    baseline: 'session.run',
    repetitions: scale.pick(6, 1),
    subjects: {
      'session.run': () => bareLoop(order),
      'this engine, off': () => product(order, 'off'),
      'this engine, latent-rgb': () => product(order, 'latent-rgb'),
      'this engine, vae': () => product(order, 'vae'),
      ...scale.pick({ 'Optimum, off': () => peer('optimum', model, order) }, {}),
      [`Optimum, uploading in the callback, ${FAR_MS} ms`]: () => sourceDocument(model, order),
    },
  };
}

/** Convert and upload inside the step callback, and take the time there, as the project's source document does. */
async function sourceDocument(model: string, order: PaintOrder): Promise<Subject> {
  const store = await farStore();
  const painter = await peer('callback', model, order, store.url);
  return {
    ...painter,
    async close() {
      await painter.close?.();
      store.close();
    },
  };
}
