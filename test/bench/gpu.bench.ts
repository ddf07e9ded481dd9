import { listSupportedBackends } from 'onnxruntime-node';
import { product } from './engine/product.js';
import { DEMO_MODEL, FIGURES } from './engine/workload.js';
import { type Benchmark, NotRun, type Subject } from './frame/benchmark.js';
import { loadsOn } from './frame/provider.js';

const PROVIDERS = ['cuda', 'webgpu'] as const;

const benchmark: Benchmark = {
  question: 'What does an image cost on a GPU, with previews and without?',
  comparisons: (scale) =>
    PROVIDERS.map((provider) => ({
      title: `demo model on ${provider}, 128×128, 20 steps`,
      figures: FIGURES,
      baseline: 'previews off',
      repetitions: scale.pick(7, 3),
      subjects: {
        'previews off': () => onDevice(provider, 'off'),
        'latent-rgb': () => onDevice(provider, 'latent-rgb'),
      },
    })),
};
export default benchmark;

async function onDevice(provider: string, previews: 'off' | 'latent-rgb'): Promise<Subject> {
  const known = listSupportedBackends().map(({ name }) => name);
  if (!known.includes(provider))
    throw new NotRun(`this build of onnxruntime-node has no ${provider} provider, only ${known.join(', ')}`);
  const problem = await loadsOn(provider, DEMO_MODEL);
  if (problem !== undefined) throw new NotRun(problem);
  return product(
    {
      ...{ model: DEMO_MODEL, width: 128, height: 128, steps: 20, guidance: 3, threads: 1, images: 1 },
      executionProviders: [provider],
    },
    previews,
  );
}
