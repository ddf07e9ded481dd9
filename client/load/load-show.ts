/**
 * From the path of a show file to everything a command needs of the show, checked: the show file, its cue sheet,
 * pictures and model directories. All problems of all of them are reported together, because a person who mends a show
 * wants one list, not one surprise after the other. Reads; writes nothing.
 */
import { basename, dirname, resolve } from 'node:path';
import { type Configuration, readConfiguration } from '../../domain/configuration.js';
import { cueSheetRemarks, type ImageCue, parseCueSheet } from '../../domain/cue-sheet.js';
import { given } from '../../domain/given.js';
import { InvalidInputError, type Problem, refuseIfAny } from '../../domain/problems.js';
import { sourceImageKey } from '../../domain/show-bundle.js';
import { readShowFile, type ShowFile } from '../../domain/show-file.js';
import { type CueTask, planCues, type ShowContext } from '../../domain/show-plan.js';
import { checkModelDirectories, type ModelDirectories } from './model-directories.js';
import { sizesOfPictures } from './picture-sizes.js';
import { parseYaml, readText } from './read-input.js';
import { readSourcePictures, type SourcePicture } from './source-pictures.js';

export interface LoadedShow {
  /** The path as given. */
  readonly path: string;
  readonly show: ShowFile;
  readonly cues: readonly ImageCue[];
  /** What looks like a slip, each as a sentence. */
  readonly remarks: readonly string[];
  /** What has to be generated, in cue order. */
  readonly tasks: readonly CueTask[];
  readonly context: ShowContext;
  /** Pictures by program name. */
  readonly pictures: ReadonlyMap<string, SourcePicture>;
  readonly families: ModelDirectories['families'];
  readonly schedulers: ModelDirectories['schedulers'];
  /** Where those models are whose family is known, by the names of their profiles. */
  readonly modelDirectories: ModelDirectories['directories'];
  /** Their LoRAs, where all of a profile's are on this machine. */
  readonly modelLoras: ModelDirectories['loras'];
  /** What of the model profiles is not on this machine. */
  readonly absentModels: ModelDirectories['absent'];
  readonly configuration: Configuration;
}

/** A hundred times a large one; its parser needs time that grows with the square of a mapping's length. */
const MAX_SHOW_FILE_BYTES = 512 * 1024;
/** A hundred thousand cues. */
const MAX_CUE_SHEET_BYTES = 16 * 1024 * 1024;

/** Loads and checks a show. Throws an InvalidInputError with every problem of show file, cue sheet, pictures and models. */
export async function loadShow(
  path: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<LoadedShow> {
  const configuration = readConfiguration(environment);
  const problems: Problem[] = [];
  const yaml = parseYaml(await readText(path, 'show file', MAX_SHOW_FILE_BYTES), path);
  const show = collect(problems, () => readShowFile(yaml, configuration.version));
  const sheet = await readSheet(path, yaml, problems);
  if (show === undefined || sheet === undefined) throw new InvalidInputError(path, problems);

  const showDirectory = resolve(dirname(path));
  const { pictures, problems: pictureProblems } = await readSourcePictures(show, showDirectory);
  const models = await checkModelDirectories(show, showDirectory, configuration.models);
  const { sizes, problems: sizeProblems } = sizesOfPictures(show, pictures, models.families);
  const context = { showDirectory, images: keysOf(show, pictures), ...given({ sizes }) };
  const tasks = collect(problems, () => planCues(show, sheet.cues, context), `${sheet.name}, `);
  problems.push(...pictureProblems, ...models.problems, ...sizeProblems);
  refuseIfAny(path, problems);
  const { families, schedulers, directories: modelDirectories, absent: absentModels } = models;
  const { loras: modelLoras } = models;
  return {
    path,
    show,
    cues: sheet.cues,
    remarks: sheet.remarks,
    tasks: tasks ?? [],
    context,
    pictures,
    families,
    schedulers,
    modelDirectories,
    modelLoras,
    absentModels,
    configuration,
  };
}

/** Even a faulty show file mostly names its cue sheet, whose problems are then reported with it. */
async function readSheet(
  showPath: string,
  yaml: unknown,
  problems: Problem[],
): Promise<{ name: string; cues: ImageCue[]; remarks: string[] } | undefined> {
  const cues = typeof yaml === 'object' && yaml !== null && 'cues' in yaml ? yaml.cues : undefined;
  if (typeof cues !== 'string' || cues === '') return undefined;
  const text = await collectAsync(problems, () =>
    readText(resolve(dirname(showPath), cues), 'cue sheet', MAX_CUE_SHEET_BYTES),
  );
  if (text === undefined) return undefined;
  const name = basename(cues);
  const parsed = collect(problems, () => parseCueSheet(text), `${name}, `);
  return (
    parsed && { name, cues: parsed, remarks: cueSheetRemarks(text).map((remark) => `${name}, ${remark}`) }
  );
}

const keysOf = (show: ShowFile, pictures: ReadonlyMap<string, SourcePicture>): ShowContext['images'] =>
  Object.fromEntries(
    [...pictures].map(([program, { sha256 }]) => [program, { key: sourceImageKey(show, sha256), sha256 }]),
  );

/** Runs a check; its problems join the list, and its result is then undefined. */
function collect<T>(problems: Problem[], check: () => T, prefix = ''): T | undefined {
  try {
    return check();
  } catch (error) {
    noteProblems(problems, error, prefix);
    return undefined;
  }
}

async function collectAsync<T>(problems: Problem[], check: () => Promise<T>): Promise<T | undefined> {
  try {
    return await check();
  } catch (error) {
    noteProblems(problems, error, '');
    return undefined;
  }
}

function noteProblems(problems: Problem[], error: unknown, prefix: string): void {
  if (!(error instanceof InvalidInputError)) throw error;
  problems.push(...error.problems.map(({ where, message }) => ({ where: prefix + where, message })));
}
