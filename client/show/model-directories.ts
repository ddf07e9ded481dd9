/**
 * Looks at a show's model directories without loading a model: is every part there that `model_index.json` names,
 * and which family is it? A directory that is not on this machine may be on the GPU machines; a directory that is
 * here and incomplete is refused, because hours later it would fail every variant.
 */
import { access, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import {
  familyOfPipeline,
  type ModelFamily,
  readSchedulerFacts,
  type SchedulerFacts,
} from '../../domain/iterations.js';
import { previewStyle } from '../../domain/preview-style.js';
import type { Problem } from '../../domain/problems.js';
import { parsePythonJson } from '../../domain/python-json.js';
import type { ShowFile } from '../../domain/show-file.js';

const SCHEDULER_FILE = 'scheduler/scheduler_config.json';

export interface ModelDirectories {
  /** Family of each profile whose directory could be read. */
  readonly families: Readonly<Record<string, ModelFamily>>;
  /** What they evaluate with. */
  readonly schedulers: Readonly<Record<string, SchedulerFacts>>;
  /** Profiles whose directory is not on this machine. */
  readonly absent: readonly { readonly model: string; readonly directory: string }[];
  readonly problems: readonly Problem[];
}

/** Checks the directory of every model profile. `modelsFolder` (PREGEN_MODELS) or else the show's folder is what relative paths mean. */
export async function checkModelDirectories(
  show: ShowFile,
  showDirectory: string,
  modelsFolder: string | undefined,
): Promise<ModelDirectories> {
  const families: Record<string, ModelFamily> = {};
  const schedulers: Record<string, SchedulerFacts> = {};
  const absent: { model: string; directory: string }[] = [];
  const problems: Problem[] = [];
  for (const [model, { path, scheduler, previews }] of Object.entries(show.models)) {
    const directory = isAbsolute(path) ? path : resolve(modelsFolder ?? showDirectory, path);
    if (!(await exists(directory))) {
      absent.push({ model, directory });
      continue;
    }
    const extra = [
      ...(needsEncoder(show, model) ? ['vae_encoder/model.onnx'] : []),
      ...(previewStyle(previews).kind === 'taesd' ? ['taesd_decoder/model.onnx'] : []),
    ];
    const found = await checkDirectory(directory, extra);
    problems.push(...found.problems.map((message) => ({ where: `models.${model}.path`, message })));
    if (found.family === undefined) continue;
    families[model] = found.family;
    const config = await readObject(join(directory, SCHEDULER_FILE));
    if (typeof config !== 'string') schedulers[model] = readSchedulerFacts(config, scheduler);
    problems.push(...sizeProblems(show, model, found.family));
  }
  return { families, schedulers, absent, problems };
}

/** Image-to-image starts by encoding its picture. */
const needsEncoder = (show: ShowFile, model: string): boolean =>
  Object.values(show.programs).some((program) => program.model === model && program.image !== undefined);

/** Patches of 2×2 latents, each of 8×8 pixels; the other families have no patches. */
const PATCH_PIXELS: Readonly<Record<ModelFamily, number>> = { sd3: 16, flux: 16, sdxl: 8, sd: 8 };

function sizeProblems(show: ShowFile, model: string, family: ModelFamily): Problem[] {
  const unit = PATCH_PIXELS[family];
  return Object.entries(show.programs)
    .filter(([, program]) => program.model === model)
    .flatMap(([name, { width, height }]) =>
      Object.entries({ width, height })
        .filter(([, pixels]) => pixels % unit !== 0)
        .map(([field, pixels]) => ({
          where: `programs.${name}.${field}`,
          message: `expected a multiple of ${unit} pixels for model "${model}", got ${pixels}`,
        })),
    );
}

async function checkDirectory(
  directory: string,
  extra: readonly string[],
): Promise<{ family?: ModelFamily; problems: string[] }> {
  if (!(await stat(directory)).isDirectory())
    return { problems: [`${directory} is a file, expected a model directory`] };
  const index = await readObject(join(directory, 'model_index.json'));
  if (typeof index === 'string') return { problems: [index] };
  const family = familyOfPipeline(String(index._class_name));
  if (family === undefined)
    return {
      problems: [`${directory} holds a "${String(index._class_name)}", which is not a known pipeline`],
    };
  const files = [...partsOf(index), ...extra].map((part) => join(directory, part));
  const there = await Promise.all(files.map(exists));
  return {
    family,
    problems: files.filter((_, i) => !there[i]).map((file) => `the model lacks ${file}`),
  };
}

async function readObject(path: string): Promise<Record<string, unknown> | string> {
  try {
    const value: unknown = parsePythonJson(await readFile(path, 'utf8'));
    return isRecord(value) ? value : `${path} is not a JSON object`;
  } catch (error) {
    if (error instanceof SyntaxError) return `${path} is not valid JSON: ${error.message}`;
    return `the model lacks ${path}`;
  }
}

/** Files of Optimum's layout for the parts that are not null: the VAE comes as two models, tokenizers and schedulers as folders of JSON. */
function partsOf(index: Record<string, unknown>): string[] {
  const named = Object.entries(index)
    .filter(([, part]) => Array.isArray(part) && part.some((entry) => entry !== null))
    .map(([name]) => name);
  return named.flatMap((name) => {
    if (name === 'vae') return ['vae_decoder/model.onnx'];
    if (name === 'scheduler') return [SCHEDULER_FILE];
    if (/^(text_encoder|transformer|unet|vae_)/.test(name)) return [`${name}/model.onnx`];
    return name.startsWith('tokenizer') ? [name] : [];
  });
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
