/**
 * Each model of real size is a benchmark of its own, `real-size-NAME`, so that they can be run one by one: they take from ten minutes
 * to hours, and the first run builds the model.
 */
import type { Benchmark } from './frame/benchmark.js';
import { realModelFolder } from './real-size/model-folder.js';
import { REAL_MODELS } from './real-size/models.js';
import { optimum, REAL_FIGURES, thisEngine } from './real-size/subjects.js';

export function realSize(name: keyof typeof REAL_MODELS): Benchmark {
  const model = REAL_MODELS[name];
  const { side, steps, guidance } = model;
  return {
    question: `What time and memory does ${name} take on a CPU, beside Optimum on the same files?`,
    comparisons: (scale) => [
      async () => {
        const folder = await realModelFolder(model);
        return {
          title: `${name} of random weights, ${side}×${side}, ${steps} steps, guidance ${guidance}, 2 threads`,
          figures: REAL_FIGURES,
          baseline: 'Optimum',
          ...{ warmUps: 0, repetitions: scale.pick(2, 1) },
          subjects: {
            'this engine': () => thisEngine(folder, model),
            Optimum: () => optimum(folder, model),
          },
        };
      },
    ],
  };
}
