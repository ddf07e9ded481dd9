/**
 * From a show file and its cues to what has to be generated: one task a cue, with everything its variants share.
 * Pure, so that a plan made on a laptop and one made by the plan activity are the same.
 */

import type { ImageAction, ImageCue } from './cue-sheet.js';
import { given } from './given.js';
import type { Size } from './picture-size.js';
import { type Problem, refuseIfAny } from './problems.js';
import { promptProblems } from './prompt-reading.js';
import type { GenerationSettings, RenditionRequest, SourceImage } from './rendition.js';
import { deriveSeed } from './seeds.js';
import type { Program, ShowFile, Suffix } from './show-file.js';
import { someOf } from './some-of.js';

/** A cue ready to be generated. */
export interface CueTask {
  readonly project: string;
  readonly version: string;
  readonly cueId: string;
  readonly index: number;
  /** As the cue sheet has it; absent in bundles of earlier versions. */
  readonly time?: string;
  readonly action: ImageAction;
  /** How many variants the cue has in all, stored ones included. */
  readonly variants: number;
  readonly settings: GenerationSettings;
}

/** What a show's programs refer to outside the show file. */
export interface ShowContext {
  /** Folder of the show file. */
  readonly showDirectory: string;
  /** Where each program's picture lies in the store, by program name. */
  readonly images: Readonly<Record<string, SourceImage>>;
  /** Sizes that follow from these pictures, of programs that do not give their own, by program name. */
  readonly sizes?: Readonly<Record<string, Size>>;
}

/** Expands cues into tasks, in cue order. Throws an InvalidInputError naming every cue that cannot be generated. */
export function planCues(show: ShowFile, cues: readonly ImageCue[], context: ShowContext): CueTask[] {
  const programs = someOf(Object.keys(show.programs));
  const problems: Problem[] = cues.flatMap((cue) => cueProblems(cue, show, programs));
  if (cues.length === 0) problems.push({ where: 'cues', message: 'no cue of this sheet produces an image' });
  refuseIfAny('cue sheet', problems);
  return cues.flatMap((cue) => {
    const program = show.programs[cue.program];
    return program === undefined ? [] : [taskOf(cue, program, show, context)];
  });
}

/** The request for one variant of a cue; the seed is derived unless given. */
export function requestVariant(task: CueTask, variantId: number, seed?: number): RenditionRequest {
  const { project, version, cueId, settings } = task;
  return {
    project,
    version,
    cueId,
    variantId,
    seed: seed ?? deriveSeed(version, cueId, variantId),
    settings,
  };
}

/** The request for another take of a variant, beside the chosen one. */
export const requestTake = (task: CueTask, variantId: number, seed: number): RenditionRequest => ({
  ...requestVariant(task, variantId, seed),
  take: seed,
});

/** The prompt as the program sends it: its fixed prompt or the cue's words, then the suffix where it applies. */
export function promptFor(
  program: Pick<Program, 'prompt' | 'suffix'>,
  words: string | undefined,
): string | undefined {
  const prompt = program.prompt ?? words?.trim();
  return prompt === undefined ? undefined : prompt + suffixFor(program.suffix, prompt);
}

function suffixFor(suffix: Suffix | undefined, prompt: string): string {
  if (suffix === undefined) return '';
  const applies = !('only' in suffix) || suffix.only.includes(prompt);
  return applies ? suffix.text : '';
}

/** @param programs the names that a refusal lists */
function cueProblems(cue: ImageCue, show: ShowFile, programs: string): Problem[] {
  const at = (field: string, message: string): Problem => ({ where: `cue ${cue.index}, ${field}`, message });
  const program = Object.hasOwn(show.programs, cue.program) ? show.programs[cue.program] : undefined;
  if (program === undefined) {
    return [at('program', `unknown program "${cue.program}", expected one of: ${programs}`)];
  }
  const problems: Problem[] = [];
  if (show.variants[cue.action] === undefined) {
    problems.push(at('action', `the show file gives no number of variants for "${cue.action}"`));
  }
  if (promptFor(program, cue.prompt) === undefined) {
    problems.push(
      at('program', `program "${cue.program}" has no prompt of its own, which a ${cue.action} cue needs`),
    );
  }
  for (const problem of wordsProblems(cue, program))
    problems.push(at(cue.action === 'transcript' ? 'transcript' : 'prompt', problem));
  if (cue.action === 'move-slider' && program.image === undefined) {
    problems.push(at('program', `program "${cue.program}" has no image, which a move-slider cue needs`));
  }
  if (program.image !== undefined && cue.strength === undefined && program.strength === undefined) {
    problems.push(
      at('guidance', `neither the cue nor program "${cue.program}" says how strongly to change the image`),
    );
  }
  return problems;
}

/** Of the cue's own words, where they are used; where these are well, of the whole prompt, suffix included. */
function wordsProblems({ prompt: words }: ImageCue, program: Program): string[] {
  const own = program.prompt === undefined ? promptProblems(words?.trimEnd() ?? '', given(program)) : [];
  return own.length > 0 ? own : promptProblems(promptFor(program, words) ?? '', given(program));
}

function taskOf(cue: ImageCue, program: Program, show: ShowFile, context: ShowContext): CueTask {
  return {
    project: show.project,
    version: show.version,
    cueId: cue.cueId,
    index: cue.index,
    ...given({ time: cue.time }),
    action: cue.action,
    variants: show.variants[cue.action] ?? 0,
    settings: settingsOf(cue, program, show, context),
  };
}

function settingsOf(
  cue: ImageCue,
  program: Program,
  show: ShowFile,
  context: ShowContext,
): GenerationSettings {
  const profile = show.models[program.model];
  if (profile === undefined) throw new Error(`unknown model profile "${program.model}"`);
  return {
    program: cue.program,
    model: { name: program.model, showDirectory: context.showDirectory, ...profile },
    prompt: promptFor(program, cue.prompt) ?? '',
    ...given({
      negativePrompt: program.negativePrompt,
      longPrompts: program.longPrompts,
      promptSyntax: program.promptSyntax,
    }),
    steps: cue.steps ?? program.steps,
    guidance: program.guidance,
    ...sizeOf(cue, program, context),
    ...imageOf(cue, program, context),
    previews: program.previews,
  };
}

/** NaN where the picture could not be read, of which its own problem tells. */
function sizeOf({ program: name }: ImageCue, { width, height }: Program, { sizes }: ShowContext): Size {
  const own = sizes?.[name];
  return { width: width ?? own?.width ?? Number.NaN, height: height ?? own?.height ?? Number.NaN };
}

function imageOf(
  cue: ImageCue,
  program: Program,
  context: ShowContext,
): Pick<GenerationSettings, 'image' | 'strength'> {
  const image = context.images[cue.program];
  const strength = cue.strength ?? program.strength;
  return image === undefined || strength === undefined ? {} : { image, strength };
}
