/**
 * What merging LoRAs into a model will change, known before anything is written: for each weight, the products that are added to it. All
 * that does not fit is told at once, file by file. Headers are read, no weights.
 */

import { someOf } from '../../domain/some-of.js';
import { ModelError } from '../errors.js';
import { readModelIndex } from '../model-directory/model-index.js';
import { Problems } from '../model-directory/problems.js';
import { type BaseWeight, type BaseWeights, readBaseWeights } from './base-weights.js';
import { type FindWeights, weightFinder } from './module-names.js';
import { type LoraFile, type LoraModule, nameOfLora, readLora, sizesOf } from './read-lora.js';
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
  const matched = base === undefined ? [] : files.map((file) => match(file, base, family));
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

/** A module with the weight that it, or a part of its rows, is for. */
interface Target extends LoraModule {
  readonly path: string;
  readonly weight: BaseWeight;
  readonly firstRow: number;
}

function match(
  file: LoraFile,
  base: BaseWeights,
  family: string,
): { targets: readonly Target[]; problems: readonly string[] } {
  const find = weightFinder(base);
  const unknown: string[] = [];
  const unfit: string[] = [];
  const targets = file.modules.flatMap((module) => targetsOf(module, file.path, find, unknown, unfit));
  const many = (count: number) => `${count} of its ${file.modules.length} modules`;
  const problems = [
    ...(unknown.length === 0
      ? []
      : [
          `${many(unknown.length)} have no weight in this ${family} model's weights.json: ${someOf(unknown)}`,
        ]),
    ...(unfit.length === 0
      ? []
      : [`${many(unfit.length)} are of another size than this model's weights: ${someOf(unfit)}`]),
  ];
  const whose = file.madeFor === undefined ? '' : `, which says that it is for ${file.madeFor},`;
  return {
    targets,
    problems: problems.map((problem) => `${nameOfLora(file.path)}${whose || ':'} ${problem}`),
  };
}

function targetsOf(
  module: LoraModule,
  path: string,
  find: FindWeights,
  unknown: string[],
  unfit: string[],
): Target[] {
  const weights = find(module.name);
  if (weights === undefined) {
    unknown.push(module.name);
    return [];
  }
  const misfit = misfitOf(module, weights);
  if (misfit !== undefined) {
    unfit.push(misfit);
    return [];
  }
  let row = 0;
  return weights.map((weight) => {
    const firstRow = row;
    row += weight.dims[0] ?? 0;
    return { ...module, path, weight, firstRow };
  });
}

/** Sizes of 1 apart: a linear layer and a convolution of one pixel are the same. */
const essential = (dims: readonly number[]): string => dims.filter((size) => size !== 1).join(' × ');

function misfitOf({ name, down, up }: LoraModule, weights: readonly BaseWeight[]): string | undefined {
  const rows = weights.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0);
  const inputs = essential(down.dims.slice(1));
  const fits =
    up.dims[0] === rows &&
    up.dims.slice(2).every((size) => size === 1) &&
    weights.every(({ dims }) => essential(dims.slice(1)) === inputs);
  if (fits) return undefined;
  const there = weights.map(({ dims }) => dims.join(' × ')).join(' and ');
  return `${name} (${sizesOf(up)} by ${sizesOf(down)}, for ${there})`;
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
