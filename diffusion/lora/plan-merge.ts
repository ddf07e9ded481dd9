/**
 * What merging LoRAs into a model will change, known before anything is written: for each weight, the products that are added to it. All
 * that does not fit is told at once, file by file. Headers are read, no weights.
 */

import { ModelError } from '../errors.js';
import { readModelIndex } from '../model-directory/model-index.js';
import { Problems } from '../model-directory/problems.js';
import { type BaseWeight, readBaseWeights } from './base-weights.js';
import { matchModules, type Target } from './match-modules.js';
import { type LoraFile, nameOfLora, readLora } from './read-lora.js';
import type { StoredTensor } from './safetensors.js';

/** A LoRA file and how strongly it counts. */
export interface Lora {
  readonly path: string;
  readonly scale: number;
}

/** Factor × up × down, of which a weight takes the rows from `firstRow` on. */
export interface Product {
  readonly path: string;
  readonly down: StoredTensor;
  readonly up: StoredTensor;
  readonly firstRow: number;
  /** The profile's scale × alpha / rank. */
  readonly factor: number;
}

export interface WeightChange {
  readonly weight: BaseWeight;
  readonly products: readonly Product[];
}

/** Of one file, for people. */
export interface LoraFacts extends Lora {
  /** Modules by the part that they are for. */
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

/** @throws ModelError naming everything that keeps these LoRAs from being merged into this model */
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

/** What keeps these LoRAs from being merged, without their being merged. */
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
