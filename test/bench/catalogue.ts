/** The benchmarks by name, in the order in which they are run. */
import type { Benchmark } from './frame/benchmark.js';
import { REAL_MODELS } from './real-size/models.js';

export type Catalogue = Readonly<Record<string, () => Promise<Benchmark>>>;

const EVERYDAY: Catalogue = {
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

/** Run only when they are named: they take hours, tens of gigabytes of disk space and up to 24 GB of memory. */
const REAL_SIZE: Catalogue = Object.fromEntries(
  (Object.keys(REAL_MODELS) as (keyof typeof REAL_MODELS)[]).map((name) => [
    `real-size-${name}`,
    async () => (await import('./real-size.bench.js')).realSize(name),
  ]),
);

export const CATALOGUE: Catalogue = { ...EVERYDAY, ...REAL_SIZE };

/** Names of benchmarks: all everyday ones if none is asked for; a name alone also stands for those that begin with it. */
export function benchmarksOf(asked: readonly string[]): { names: string[]; unknown: string[] } {
  if (asked.length === 0) return { names: Object.keys(EVERYDAY), unknown: [] };
  const meantBy = (name: string) =>
    Object.keys(CATALOGUE).filter((one) => one === name || one.startsWith(`${name}-`));
  return {
    names: [...new Set(asked.flatMap(meantBy))],
    unknown: asked.filter((name) => meantBy(name).length === 0),
  };
}
