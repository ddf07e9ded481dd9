/**
 * Reads the modules of a LoRA file: positions of the two matrices, and the factor of their product. Of the data, only alphas are
 * read. Files with anything but plain LoRAs are refused as a whole: merging only a part of them would silently generate other
 * images.
 */
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { someOf } from '../../domain/some-of.js';
import { openRegularFile } from '../../files/read-regular-file.js';
import { type AdapterAlphas, adapterAlphas } from './adapter-metadata.js';
import { kindOf, type Matrix, readKey } from './keys.js';
import { readTensor, readTensorFile, type StoredTensor, type TensorFile } from './safetensors.js';

export interface LoraModule {
  /** Name as written in the file, with its prefix. */
  readonly name: string;
  /** [rank, inputs]; of a convolution [rank, inputs, height, width]. */
  readonly down: StoredTensor;
  /** [outputs, rank], or [outputs, rank, 1, 1]. */
  readonly up: StoredTensor;
  /** alpha / rank. The scale of the model profile comes on top. */
  readonly factor: number;
}

export interface LoraFile {
  readonly path: string;
  readonly modules: readonly LoraModule[];
  /** The base model according to the file's metadata; undefined if it is not recorded. */
  readonly madeFor: string | undefined;
  /** Reasons why it cannot be merged, without the name of the file. */
  readonly problems: readonly string[];
}

/** Reads the header. Throws an UnfitFileError if the file is truncated, damaged or no safetensors file; else the system's error. */
export async function readLora(path: string): Promise<LoraFile> {
  const stored = await readTensorFile(path);
  const file = await openRegularFile(path, false);
  try {
    const { groups, problems } = groupsOf(stored);
    const alphas = adapterAlphas(stored.metadata);
    const found: LoraModule[] = [];
    for (const [name, group] of groups) {
      const read = await moduleOf(name, group, alphas, file);
      if (typeof read === 'string') problems.push(read);
      else found.push(read);
    }
    if (groups.size === 0 && problems.length === 0) problems.push('it holds no LoRA at all');
    return { path, modules: found, madeFor: madeFor(stored), problems: shortened(problems) };
  } finally {
    await file.close();
  }
}

type Group = Partial<Record<Matrix, StoredTensor>>;

/** Tensors by module, and a problem for each unsupported kind. */
function groupsOf({ tensors }: TensorFile): { groups: ReadonlyMap<string, Group>; problems: string[] } {
  const groups = new Map<string, Group>();
  const foreign = new Map<string, string[]>();
  for (const [key, tensor] of tensors) {
    const kind = kindOf(key);
    const read = kind === undefined ? readKey(key) : undefined;
    if (read === undefined) foreign.set(kind ?? '', [...(foreign.get(kind ?? '') ?? []), key]);
    else groups.set(read.module, { ...groups.get(read.module), [read.matrix]: tensor });
  }
  const problems = [...foreign].map(([kind, keys]) =>
    kind === ''
      ? `it holds what no LoRA has: ${someOf(keys)}`
      : `it holds ${kind}, which cannot be merged here, only plain LoRAs can: ${someOf(keys)}`,
  );
  return { groups, problems };
}

async function moduleOf(
  name: string,
  { down, up, alpha }: Group,
  alphas: AdapterAlphas,
  file: FileHandle,
): Promise<LoraModule | string> {
  if (down === undefined || up === undefined) return `"${name}" lacks one of a LoRA's two matrices`;
  const rank = down.dims[0] ?? 0;
  if (rank < 1 || down.dims.length < 2 || up.dims.length < 2 || up.dims[1] !== rank)
    return `the matrices of "${name}" do not fit together: ${sizesOf(up)} and ${sizesOf(down)}`;
  const own = alpha === undefined ? undefined : await numberIn(file, alpha);
  const factor = alphas(name, rank) ?? (own === undefined ? 1 : own / rank);
  if (!Number.isFinite(factor)) return `the alpha of "${name}" is not a number`;
  return { name, down, up, factor };
}

const numberIn = async (file: FileHandle, tensor: StoredTensor): Promise<number> => {
  const values =
    tensor.dims.reduce((product, size) => product * size, 1) === 1 ? await readTensor(file, tensor) : [];
  return values[0] ?? Number.NaN;
};

/** `320 × 4`. */
export const sizesOf = ({ dims }: Pick<StoredTensor, 'dims'>): string => dims.join(' × ');

/** From the metadata that trainers write. */
function madeFor({ metadata }: TensorFile): string | undefined {
  const said = metadata['modelspec.architecture'] ?? metadata.ss_base_model_version ?? metadata.base_model;
  return said === undefined || said === '' ? undefined : said.slice(0, 80);
}

const MAX_PROBLEMS = 5;

/** A wrong file could have the same problem in a thousand modules. */
function shortened(problems: readonly string[]): string[] {
  const more = problems.length - MAX_PROBLEMS;
  return more <= 0 ? [...problems] : [...problems.slice(0, MAX_PROBLEMS), `and ${more} more of the kind`];
}

/** Name of the file in messages. */
export const nameOfLora = (path: string): string => `LoRA ${basename(path)}`;
