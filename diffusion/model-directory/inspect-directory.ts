/**
 * What a model directory holds, without opening a model: family, scheduler, and what is missing. Pipelines and schedulers are refused
 * by the engine's own tables and in its words, so that no show is planned that fails hours later.
 */
import { join } from 'node:path';
import type { ModelFamily, SchedulerFacts } from '../../domain/iterations.js';
import { ModelError } from '../errors.js';
import { exists } from './exists.js';
import { readJson } from './json.js';
import { type ModelIndex, readModelIndex } from './model-index.js';
import { readSchedulerFacts, SCHEDULER_FILE, schedulerProblem } from './scheduler-facts.js';

/** What is wanted of a model beyond the parts that its index names. */
export interface Wishes {
  /** Class name that overrides the directory's own scheduler. */
  readonly scheduler?: string | undefined;
  /** Further parts, each a folder with a `model.onnx`. */
  readonly parts?: readonly string[];
}

export interface DirectoryFacts {
  /** Undefined if the index cannot be read or names a pipeline that is not supported. */
  readonly family?: ModelFamily;
  /** Undefined if its file cannot be read. */
  readonly scheduler?: SchedulerFacts;
  /** Everything that is wrong; each names the directory or the file. */
  readonly problems: readonly string[];
}

/** Looks at a directory that exists. */
export async function inspectDirectory(directory: string, wishes: Wishes = {}): Promise<DirectoryFacts> {
  try {
    const index = await readModelIndex(directory);
    const scheduler = await schedulerOf(directory, wishes.scheduler);
    const problems = [...(await missingParts(index, wishes.parts ?? [])), ...refusals(index, scheduler)];
    return { family: index.family, ...(typeof scheduler === 'object' && { scheduler }), problems };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { problems: error.problems.map((problem) => `${directory}: ${problem}`) };
  }
}

/** What decides about its evaluations, or why that is not known; undefined without such a file, which is a missing part. */
async function schedulerOf(
  directory: string,
  override: string | undefined,
): Promise<SchedulerFacts | string | undefined> {
  const path = join(directory, SCHEDULER_FILE);
  if (!(await exists(path))) return undefined;
  try {
    return readSchedulerFacts(await readJson(path), override);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function refusals(index: ModelIndex, scheduler: SchedulerFacts | string | undefined): string[] {
  if (scheduler === undefined) return [];
  if (typeof scheduler === 'string') return [scheduler];
  const problem = schedulerProblem(index.family, scheduler.className);
  return problem === undefined ? [] : [`${index.directory}: ${problem}`];
}

async function missingParts({ directory, parts }: ModelIndex, extra: readonly string[]): Promise<string[]> {
  const named = [...parts.flatMap(fileOf), ...extra.map((part) => `${part}/model.onnx`)];
  const files = named.map((file) => join(directory, file));
  const there = await Promise.all(files.map(exists));
  return files.filter((_, index) => !there[index]).map((file) => `the model lacks ${file}`);
}

/** In Optimum's layout the VAE comes as two models, tokenizers and schedulers as folders of JSON. */
function fileOf(part: string): string[] {
  if (part === 'vae') return ['vae_decoder/model.onnx'];
  if (part === 'scheduler') return [SCHEDULER_FILE];
  if (/^(text_encoder|transformer|unet|vae_)/.test(part)) return [`${part}/model.onnx`];
  return part.startsWith('tokenizer') ? [part] : [];
}
