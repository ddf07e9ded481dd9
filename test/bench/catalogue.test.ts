/** Which benchmarks a command line means: models of real size take hours, so they run only when they are named. */
import { expect, it } from 'vitest';
import { benchmarksOf } from './catalogue.js';

it('without names all benchmarks run, except models of real size', () => {
  const { names } = benchmarksOf([]);
  expect(names).toContain('engine');
  expect(names.filter((name) => name.startsWith('real-size'))).toEqual([]);
});

it('a name stands for itself, or for all that begin with it, once', () => {
  expect(benchmarksOf(['engine']).names).toEqual(['engine']);
  const { names } = benchmarksOf(['real-size', 'real-size-sd15-fp16']);
  expect(names).toContain('real-size-sdxl-fp16-1024');
  expect(names.filter((name) => name === 'real-size-sd15-fp16')).toHaveLength(1);
});

it('unknown names are told', () => {
  expect(benchmarksOf(['engine', 'enginee'])).toMatchObject({ unknown: ['enginee'] });
});
