/** The benchmarks by name, in the order in which they are run. */
import type { Benchmark } from './frame/benchmark.js';

export const CATALOGUE: Readonly<Record<string, () => Promise<Benchmark>>> = {
  engine: async () => (await import('./engine.bench.js')).default,
  previews: async () => (await import('./previews.bench.js')).default,
  show: async () => (await import('./show.bench.js')).default,
  orchestration: async () => (await import('./orchestration.bench.js')).default,
  scale: async () => (await import('./scale.bench.js')).default,
  storage: async () => (await import('./storage.bench.js')).default,
  responsiveness: async () => (await import('./responsiveness.bench.js')).default,
  start: async () => (await import('./start.bench.js')).default,
  gallery: async () => (await import('./gallery.bench.js')).default,
  memory: async () => (await import('./memory.bench.js')).default,
  gpu: async () => (await import('./gpu.bench.js')).default,
};
