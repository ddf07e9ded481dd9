import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DEMO_MODEL, FIGURES, type PaintOrder } from './engine/order.js';
import { bareLoop, peer } from './engine/painters.js';
import { product } from './engine/product.js';
import type { Benchmark, Comparison, Scale } from './frame/benchmark.js';
import { midSizeModel } from './peers/mid-size-model.js';

const DEMO = { model: DEMO_MODEL, width: 128, height: 128, steps: 20, guidance: 3, images: 1 };

/** One image at a time, and all that this engine does with it: previews, checkpoints, fsync, the final PNG. */
const benchmark: Benchmark = {
  question: 'What does one image cost beside the bare session.run loop, and beside the peers?',
  async comparisons(scale) {
    const folder = await midSizeModel();
    const mid = { ...DEMO, model: join(folder, 'onnx'), width: 256, height: 256, steps: scale.pick(6, 2) };
    const cores = availableParallelism();
    return scale
      .pick([1, cores], [1])
      .flatMap((threads) => [
        comparison('demo model', { ...DEMO, threads }, scale),
        comparison('mid-size SDXL', { ...mid, threads }, scale, folder),
      ]);
  },
};
export default benchmark;

/** @param torch folder with the same weights for PyTorch, where there is one: the demo model comes as ONNX only */
function comparison(name: string, order: PaintOrder, scale: Scale, torch?: string): Comparison {
  const { width, height, steps, threads } = order;
  return {
    title: `${name}, ${width}×${height}, ${steps} steps, ${threads} thread${threads === 1 ? '' : 's'}`,
    figures: FIGURES,
    baseline: 'session.run',
    repetitions: scale.pick(3, 1),
    subjects: {
      'session.run': () => bareLoop(order),
      'this engine': () => product(order, 'latent-rgb'),
      Optimum: () => peer('optimum', order.model, order),
      ...(torch !== undefined && { diffusers: () => peer('diffusers', torch, order) }),
    },
  };
}
