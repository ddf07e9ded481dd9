/**
 * Plans a merge before anything is written: for each weight of the model, the products to add. All problems of all LoRA files are
 * reported together. Only headers and alphas are read.
 */

import { ModelError } from '../errors.js';
import { readModelIndex } from '../model-directory/model-index.js';
import { Problems } from '../model-directory/problems.js';
import { type BaseWeight, readBaseWeights } from './base-weights.js';
import { matchModules, type Target } from './match-modules.js';
import { type LoraFile, nameOfLora, readLora } from './read-lora.js';
import type { StoredTensor } from './safetensors.js';

/** A LoRA file and the factor of its changes. */
export interface Lora {
  readonly path: string;
  readonly scale: number;
}

/** factor × up × down. The weight takes as many rows of it as it has, from `firstRow` on. */
export interface Product {
  readonly path: string;
  readonly down: StoredTensor;
  readonly up: StoredTensor;
  readonly firstRow: number;
  /** Scale of the model profile × alpha / rank. */
  readonly factor: number;
}

export interface WeightChange {
  readonly weight: BaseWeight;
  readonly products: readonly Product[];
}

/** Summary of one file, for reports. */
export interface LoraFacts extends Lora {
  /** Number of modules by part. */
  readonly modules: Readonly<Record<string, number>>;
  /** Smallest and largest. */
  readonly ranks: readonly [number, number];
}

export interface MergePlan {
  readonly directory: string;
  /** By part. */
  readonly changes: ReadonlyMap<string, readonly WeightChange[]>;
  readonly loras: readonly LoraFacts[];
}

/** @throws ModelError with all reasons why these LoRAs cannot be merged into this model */
export async function planMerge(directory: string, loras: readonly Lora[]): Promise<MergePlan> {
  const { family } = await readModelIndex(directory);
  const problems = new Problems();
  const files: LoraFile[] = [];
  for (const { path } of loras) {
    const file = await problems.collect(() => readLora(path));
    for (const problem of file?.problems ?? []) problems.add(`${nameOfLora(path)}: ${problem}`);
    if (file !== undefined) files.push(file);
  }
  const base = await problems.collect(() => readBaseWeights(directory, family));
  const matched = base === undefined ? [] : files.map((file) => matchModules(file, base, family));
  for (const { problems: found } of matched) for (const problem of found) problems.add(problem);
  if (problems.found.length > 0) throw new ModelError(directory, problems.found);
  const targets = matched.map(({ targets }) => targets);
  return {
    directory,
    changes: changesOf(targets, loras),
    loras: loras.map((lora, index) => factsOf(lora, targets[index] ?? [])),
  };
}

/** Reasons why these LoRAs cannot be merged into this model; none if they can. */
export async function mergeProblems(directory: string, loras: readonly Lora[]): Promise<readonly string[]> {
  try {
    if (loras.length > 0) await planMerge(directory, loras);
    return [];
  } catch (error) {
    if (error instanceof ModelError) return error.problems;
    throw error;
  }
}

function changesOf(
  targets: readonly (readonly Target[])[],
  loras: readonly Lora[],
): ReadonlyMap<string, readonly WeightChange[]> {
  const changes = new Map<string, Map<string, { weight: BaseWeight; products: Product[] }>>();
  for (const [index, { scale }] of loras.entries())
    for (const { weight, path, down, up, firstRow, factor } of targets[index] ?? []) {
      const part = changes.get(weight.part) ?? new Map();
      const change = part.get(weight.parameter) ?? { weight, products: [] };
      change.products.push({ path, down, up, firstRow, factor: factor * scale });
      changes.set(weight.part, part.set(weight.parameter, change));
    }
  return new Map([...changes].map(([part, found]) => [part, [...found.values()]]));
}

function factsOf({ path, scale }: Lora, targets: readonly Target[]): LoraFacts {
  const modules: Record<string, number> = {};
  for (const { weight } of targets) modules[weight.part] = (modules[weight.part] ?? 0) + 1;
  const ranks = targets.map(({ down }) => down.dims[0] ?? 0);
  return { path, scale, modules, ranks: [Math.min(...ranks), Math.max(...ranks)] };
}
