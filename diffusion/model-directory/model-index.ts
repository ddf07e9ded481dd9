/**
 * `model_index.json`: which pipeline a directory holds, and of which parts. The first thing read, and the
 * place where a pipeline that the engine does not know is refused by name.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../domain/is-record.js';
import type { ModelFamily } from '../../domain/iterations.js';
import { ModelError } from '../errors.js';
import { readJson } from './json.js';

export interface ModelIndex {
  readonly directory: string;
  readonly pipeline: string;
  /** Names of the parts that the pipeline has. */
  readonly parts: readonly string[];
  /** Class name of a part (`CLIPTokenizer`, …); undefined when the pipeline has none of this name. */
  classOf(part: string): string | undefined;
  /** A setting of the pipeline itself (`force_zeros_for_empty_prompt`, …). */
  setting(name: string): unknown;
  readonly family: ModelFamily;
}

/** Pipelines that are supported, and the family they load as; Optimum writes its own names with ORT in front. */
const FAMILIES: Readonly<Record<string, ModelFamily>> = {
  StableDiffusion3Pipeline: 'sd3',
  StableDiffusion3Img2ImgPipeline: 'sd3',
  StableDiffusionXLPipeline: 'sdxl',
  StableDiffusionXLImg2ImgPipeline: 'sdxl',
  StableDiffusionPipeline: 'sd',
  StableDiffusionImg2ImgPipeline: 'sd',
  FluxPipeline: 'flux',
  FluxImg2ImgPipeline: 'flux',
};

/** @throws ModelError when there is no readable index or the pipeline is not supported */
export async function readModelIndex(directory: string): Promise<ModelIndex> {
  const index = await readJson(join(directory, 'model_index.json')).catch(async (cause: unknown) => {
    throw new ModelError(directory, [await explain(directory, cause)], { cause });
  });
  const pipeline = typeof index._class_name === 'string' ? index._class_name : 'no pipeline at all';
  const className = pipeline.replace(/^ORT/, '');
  const family = Object.hasOwn(FAMILIES, className) ? FAMILIES[className] : undefined;
  if (family === undefined) {
    const known = Object.keys(FAMILIES).join(', ');
    throw new ModelError(directory, [
      `model_index.json names ${pipeline}; supported are ${known}${adviceFor(pipeline)}`,
    ]);
  }
  return {
    directory,
    pipeline,
    family,
    parts: Object.keys(index).filter((name) => classNameOf(index[name]) !== undefined),
    classOf: (part) => classNameOf(index[part]),
    setting: (name) => index[name],
  };
}

/** What to do about pipelines that people are likely to have. */
function adviceFor(pipeline: string): string {
  if (/^Onnx/.test(pipeline))
    return `. ${pipeline} is diffusers' own former export to ONNX: export the original model with Optimum (optimum-cli export onnx)`;
  if (/^(ORT)?LatentConsistency/.test(pipeline))
    return '. Its network takes guidance as an input, which is not supported; an LCM-LoRA fused into a Stable Diffusion model runs, with LCMScheduler';
  return '';
}

async function explain(directory: string, cause: unknown): Promise<string> {
  const folder = await stat(directory).catch(() => undefined);
  if (folder === undefined) return 'there is no such directory';
  if (!folder.isDirectory()) return 'it is not a directory';
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return 'model_index.json is missing (expected is a diffusers directory exported to ONNX, for example by Optimum)';
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** A part is `[library, class]`, or `[null, null]` when the pipeline runs without it. */
function classNameOf(part: unknown): string | undefined {
  if (isRecord(part) || !Array.isArray(part)) return undefined;
  const name: unknown = part[1];
  return typeof name === 'string' ? name : undefined;
}
