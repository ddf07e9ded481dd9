/**
 * Settings that solvers of several classes share: how they step, whatever they step along.
 */
import type { ConfigReader } from '../model-directory/config-reader.js';
import type { Problems } from '../model-directory/problems.js';

const ALGORITHMS = ['dpmsolver++', 'sde-dpmsolver++'] as const;

/** What DPM-Solver does with its sigmas. */
export function readRules(reader: ConfigReader, highestOrder: 2 | 3, problems: Problems) {
  const algorithm = reader.choice('algorithm_type', ALGORITHMS, 'dpmsolver++');
  return {
    order: solverOrder(reader, highestOrder, problems),
    solver: otherSolver(reader, ['midpoint', 'heun'], ['logrho', 'bh1', 'bh2'], 'midpoint'),
    stochastic: algorithm === 'sde-dpmsolver++',
  };
}

export function solverOrder(reader: ConfigReader, highest: 2 | 3, problems: Problems): 1 | 2 | 3 {
  const order = reader.count('solver_order', 2);
  if (order === 1 || order === 2 || (order === 3 && highest === 3)) return order;
  problems.add(`${reader.file}: "solver_order" is ${order}, supported are 1 to ${highest}`);
  return 2;
}

/** `solver_type`: words that other classes have for theirs mean the default, as in diffusers. */
export function otherSolver<T extends string>(
  reader: ConfigReader,
  own: readonly T[],
  others: readonly string[],
  fallback: T,
): T {
  return others.includes(reader.text('solver_type') ?? fallback)
    ? fallback
    : reader.choice('solver_type', own, fallback);
}
