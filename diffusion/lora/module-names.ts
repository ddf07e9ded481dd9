/**
 * Finds the weights of a model for a module of a LoRA. Formats spell module names differently: with dots or underscores, with or
 * without a prefix for the part. So names are compared with underscores only, and the first spelling that the model has is taken.
 */
import type { BaseWeight, BaseWeights } from './base-weights.js';
import { fromOriginal } from './original-names.js';

/** Weights that a module changes, in the order of its rows; undefined if the model has no such module. */
export type FindWeights = (module: string) => readonly BaseWeight[] | undefined;

/** Prefixes and their parts; '' is the denoising network. */
const PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/^lora_te1?_/, 'text_encoder'],
  [/^lora_te2_/, 'text_encoder_2'],
  [/^lora_te3_/, 'text_encoder_3'],
  [/^lora_(?:unet|transformer)_/, ''],
  [/^text_encoder_2\./, 'text_encoder_2'],
  [/^text_encoder_3\./, 'text_encoder_3'],
  [/^text_encoder\./, 'text_encoder'],
  [/^(?:unet|transformer|(?:model\.)?diffusion_model)\./, ''],
];

export function weightFinder({ parts, denoiser, layersPerBlock }: BaseWeights): FindWeights {
  const flat = new Map([...parts].map(([part, weights]) => [part, flatNames(weights)]));
  return (module) => {
    const named = module.replace(/^base_model\.model\./, '');
    const [prefix, part] = PREFIXES.find(([pattern]) => pattern.test(named)) ?? [undefined, ''];
    const name = flatten(prefix === undefined ? named : named.replace(prefix, ''));
    const weights = flat.get(part === '' ? denoiser : part);
    for (const names of spellings(name, layersPerBlock)) {
      const found = names.flatMap((one) => weights?.get(one) ?? []);
      if (found.length === names.length) return found;
    }
    return undefined;
  };
}

const flatten = (name: string): string => name.replaceAll('.', '_');

/** Possible meanings of a flat name: itself, a name of diffusers before PEFT, or an original one. */
function* spellings(name: string, layersPerBlock: number): Generator<readonly string[]> {
  yield [name];
  const plain = name.replace('_processor_', '_');
  yield [plain];
  yield [plain.replace(/_to_out$/, '_to_out_0')];
  yield [plain.replace(/_to_out$/, '_out_proj').replace(/_to_([qkv])$/, '_$1_proj')];
  const original = fromOriginal(plain, layersPerBlock);
  if (original !== undefined) yield original;
}

/** Parameters by their flat names; without names that stand for two parameters. */
function flatNames(weights: ReadonlyMap<string, BaseWeight>): ReadonlyMap<string, BaseWeight> {
  const found = new Map<string, BaseWeight>();
  const twice = new Set<string>();
  for (const [parameter, weight] of weights) {
    const name = flatten(parameter.replace(/\.weight$/, ''));
    if (found.has(name)) twice.add(name);
    found.set(name, weight);
  }
  for (const name of twice) found.delete(name);
  return found;
}
