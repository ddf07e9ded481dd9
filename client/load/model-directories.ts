/**
 * A show's model directories, looked at without loading a model. A directory that is not on this machine may be on the GPU
 * machines; one that is here and that the engine would not load is refused, because hours later it would fail every variant.
 */
import { resolve } from 'node:path';
import { type Lora, mergeProblems } from '../../diffusion/lora/plan-merge.js';
import { exists } from '../../diffusion/model-directory/exists.js';
import { inspectDirectory } from '../../diffusion/model-directory/inspect-directory.js';
import { given } from '../../domain/given.js';
import type { ModelFamily, SchedulerFacts } from '../../domain/iterations.js';
import { SIZE_MULTIPLES } from '../../domain/picture-size.js';
import { previewStyle } from '../../domain/preview-style.js';
import type { Problem } from '../../domain/problems.js';
import { readingProblems } from '../../domain/prompt-reading.js';
import type { ShowFile } from '../../domain/show-file.js';

export interface ModelDirectories {
  /** Family of each profile whose directory could be read. */
  readonly families: Readonly<Record<string, ModelFamily>>;
  /** What they evaluate with. */
  readonly schedulers: Readonly<Record<string, SchedulerFacts>>;
  /** Directory of each of these. */
  readonly directories: Readonly<Record<string, string>>;
  /** Their LoRAs, where all of them are on this machine. */
  readonly loras: Readonly<Record<string, readonly Lora[]>>;
  /** What is not on this machine. */
  readonly absent: readonly AbsentModel[];
  readonly problems: readonly Problem[];
}

/** A profile whose directory, or a LoRA of which, is not on this machine. */
export interface AbsentModel {
  readonly model: string;
  /** Of the profile, for messages: `path`, `loras.0.path`. */
  readonly field: string;
  readonly kind: 'model directory' | 'LoRA';
  readonly path: string;
}

/** Checks the directory of every model profile. `modelsFolder` (PREGEN_MODELS) or else the show's folder is what relative paths mean. */
export async function checkModelDirectories(
  show: ShowFile,
  showDirectory: string,
  modelsFolder: string | undefined,
): Promise<ModelDirectories> {
  const families: Record<string, ModelFamily> = {};
  const schedulers: Record<string, SchedulerFacts> = {};
  const directories: Record<string, string> = {};
  const loras: Record<string, readonly Lora[]> = {};
  const absent: AbsentModel[] = [];
  const problems: Problem[] = [];
  const folder = modelsFolder ?? showDirectory;
  for (const [model, { path, scheduler, previews, loras: named = [] }] of Object.entries(show.models)) {
    const directory = resolve(folder, path);
    const { there, absent: missing } = await findLoras(model, folder, named);
    absent.push(...missing);
    if (!(await exists(directory))) {
      absent.push({ model, field: 'path', kind: 'model directory', path: directory });
      continue;
    }
    const parts = [
      ...(needsEncoder(show, model) ? ['vae_encoder'] : []),
      ...(previewStyle(previews).kind === 'taesd' ? ['taesd_decoder'] : []),
    ];
    const found = await inspectDirectory(directory, { scheduler, parts });
    problems.push(...found.problems.map((message) => ({ where: `models.${model}.path`, message })));
    if (found.scheduler !== undefined) schedulers[model] = found.scheduler;
    if (found.family === undefined) continue;
    families[model] = found.family;
    directories[model] = directory;
    problems.push(...(await loraProblems(model, directory, there)));
    if (missing.length === 0) loras[model] = there;
    problems.push(...sizeProblems(show, model, found.family), ...promptProblems(show, model, found.family));
  }
  return { families, schedulers, directories, loras, absent, problems };
}

async function findLoras(
  model: string,
  folder: string,
  named: readonly Lora[],
): Promise<{ readonly there: readonly Lora[]; readonly absent: readonly AbsentModel[] }> {
  const there: Lora[] = [];
  const absent: AbsentModel[] = [];
  for (const [index, { path, scale }] of named.entries()) {
    const file = resolve(folder, path);
    if (await exists(file)) there.push({ path: file, scale });
    else absent.push({ model, field: `loras.${index}.path`, kind: 'LoRA', path: file });
  }
  return { there, absent };
}

/** The GPU worker would only find them before the first image. */
const loraProblems = async (model: string, directory: string, loras: readonly Lora[]): Promise<Problem[]> =>
  (await mergeProblems(directory, loras)).map((message) => ({ where: `models.${model}.loras`, message }));

/** Image-to-image starts by encoding its picture. */
const needsEncoder = (show: ShowFile, model: string): boolean =>
  Object.values(show.programs).some((program) => program.model === model && program.image !== undefined);

function promptProblems(show: ShowFile, model: string, family: ModelFamily): Problem[] {
  return Object.entries(show.programs)
    .filter(([, program]) => program.model === model)
    .flatMap(([name, program]) =>
      readingProblems(family, given(program)).map(({ field, message }) => ({
        where: `programs.${name}.${field}`,
        message: `${message}, of which model "${model}" is`,
      })),
    );
}

function sizeProblems(show: ShowFile, model: string, family: ModelFamily): Problem[] {
  const unit = SIZE_MULTIPLES[family];
  return Object.entries(show.programs)
    .filter(([, program]) => program.model === model)
    .flatMap(([name, { width, height }]) =>
      Object.entries({ width, height })
        .filter(([, pixels]) => pixels !== undefined && pixels % unit !== 0)
        .map(([field, pixels]) => ({
          where: `programs.${name}.${field}`,
          message: `expected a multiple of ${unit} pixels for model "${model}", got ${pixels}`,
        })),
    );
}
