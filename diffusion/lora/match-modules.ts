/**
 * Matches the modules of a LoRA with the weights of a model. A LoRA does not fit if the model lacks a weight, if a weight has
 * another size, or if two modules are for the same weight.
 */
import { someOf } from '../../domain/some-of.js';
import type { BaseWeight, BaseWeights } from './base-weights.js';
import { type FindWeights, weightFinder } from './module-names.js';
import { type LoraFile, type LoraModule, nameOfLora, sizesOf } from './read-lora.js';

/** A module, or a range of its rows, with the weight that it changes. */
export interface Target extends LoraModule {
  readonly path: string;
  readonly weight: BaseWeight;
  readonly firstRow: number;
}

export interface MatchedLora {
  readonly targets: readonly Target[];
  /** Each names the file. */
  readonly problems: readonly string[];
}

export function matchModules(file: LoraFile, base: BaseWeights, family: string): MatchedLora {
  const find = weightFinder(base);
  const looked = file.modules.map((module) => look(module, file.path, find));
  const targets = looked.flatMap(({ targets: found = [] }) => found);
  const faults = {
    [`have no weight in this ${family} model's weights.json`]: looked.flatMap(({ unknown = [] }) => unknown),
    "are of another size than this model's weights": looked.flatMap(({ unfit = [] }) => unfit),
    'are for a weight that another one is for, too': doubled(targets),
  };
  const said = file.madeFor === undefined ? ':' : `, which says that it is for ${file.madeFor},`;
  const problems = Object.entries(faults)
    .filter(([, names]) => names.length > 0)
    .map(
      ([fault, names]) => `${names.length} of its ${file.modules.length} modules ${fault}: ${someOf(names)}`,
    );
  return { targets, problems: problems.map((problem) => `${nameOfLora(file.path)}${said} ${problem}`) };
}

interface Looked {
  readonly targets?: readonly Target[];
  readonly unknown?: string;
  readonly unfit?: string;
}

function look(module: LoraModule, path: string, find: FindWeights): Looked {
  const weights = find(module.name);
  if (weights === undefined) return { unknown: module.name };
  if (!fits(module, weights)) return { unfit: describeMisfit(module, weights) };
  let row = 0;
  const targets = weights.map((weight) => {
    const firstRow = row;
    row += weight.dims[0] ?? 0;
    return { ...module, path, weight, firstRow };
  });
  return { targets };
}

/** Shape without sizes of 1: a 1×1 convolution is equal to a linear layer. */
const essential = (dims: readonly number[]): string => dims.filter((size) => size !== 1).join(' × ');

function fits({ down, up }: LoraModule, weights: readonly BaseWeight[]): boolean {
  const rows = weights.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0);
  const inputs = essential(down.dims.slice(1));
  return (
    up.dims[0] === rows &&
    up.dims.slice(2).every((size) => size === 1) &&
    weights.every(({ dims }) => essential(dims.slice(1)) === inputs)
  );
}

function describeMisfit({ name, down, up }: LoraModule, weights: readonly BaseWeight[]): string {
  return `${name} (${sizesOf(up)} by ${sizesOf(down)}, for ${weights.map(sizesOf).join(' and ')})`;
}

/** Modules for a weight that an earlier module has: one module in two spellings. */
function doubled(targets: readonly Target[]): string[] {
  const taken = new Set<BaseWeight>();
  return targets.flatMap(({ weight, name }) => {
    const isTaken = taken.has(weight);
    taken.add(weight);
    return isTaken ? [name] : [];
  });
}
