/**
 * The cue sheet as the exhibition writes it: a JSON array in performance order. Only three actions can produce
 * images; every other action and field belongs to the exhibition and is ignored here.
 */

import { z } from 'zod';
import { isRecord } from './is-record.js';
import { InvalidInputError, type Problem, refuseIfAny } from './problems.js';
import { textSchema } from './text-schema.js';
import { inOurWords, problemsOf } from './zod-problems.js';

/** The actions that can produce images. */
export const IMAGE_ACTIONS = ['transcript', 'prompt', 'move-slider'] as const;
export type ImageAction = (typeof IMAGE_ACTIONS)[number];

/** A cue that produces images, before its program is looked up. */
export interface ImageCue {
  /** Position in the whole array, from 0. */
  readonly index: number;
  /** As the sheet has it; absent in bundles of earlier versions. */
  readonly time?: string;
  readonly action: ImageAction;
  readonly cueId: string;
  readonly program: string;
  /** The cue's own words; absent for sliders, whose program brings the prompt. */
  readonly prompt?: string;
  /** Image-to-image strength, 0…1, from `guidance` (prompt) or `value` (slider). */
  readonly strength?: number;
  /** Overrides the program's steps. */
  readonly steps?: number;
}

/** Transcript cues always belong to this program. */
const TRANSCRIPT_PROGRAM = 'P0';

const time = z.string({ error: 'expected a time "HH:MM:SS"' }).regex(/^\d{1,3}:\d{2}:\d{2}(\.\d{1,6})?$/, {
  error: (issue) => `expected a time "HH:MM:SS", got ${JSON.stringify(issue.input)}`,
});
const text = textSchema;
const flag = z.boolean({ error: 'expected true or false' });
const percent = z
  .number({ error: 'expected a number from 0 to 100' })
  .min(0, { error: rangeError })
  .max(100, { error: rangeError });
const steps = z
  .int({ error: 'expected a positive whole number of steps' })
  .min(1, { error: 'expected at least 1 step' })
  .max(1000, {
    error: 'expected at most 1000 steps',
  });

const withAction = z.looseObject({ action: text.min(1, { error: 'expected an action' }) });
const anyCue = withAction.extend({ time });
const cueSchemas = {
  transcript: anyCue.extend({
    transcript: text.nullish(),
    generate: flag.nullish(),
    inferenceStep: steps.nullish(),
  }),
  prompt: anyCue.extend({
    prompt: text.nullish(),
    override: text.nullish(),
    commit: flag.nullish(),
    program: text.nullish(),
    guidance: percent.nullish(),
    inferenceStep: steps.nullish(),
  }),
  'move-slider': anyCue.extend({
    program: text,
    value: percent.nullish(),
    inferenceStep: steps.nullish(),
  }),
} as const;

/** Parses the text of a cue sheet. Throws {@link InvalidInputError} with every problem, each with the cue's index and field. */
export function parseCueSheet(json: string): ImageCue[] {
  return readCues(parseJson(json));
}

/** The same from a JSON value. */
export function readCues(sheet: unknown): ImageCue[] {
  if (!Array.isArray(sheet))
    throw new InvalidInputError('cue sheet', [{ where: 'sheet', message: 'expected a JSON array of cues' }]);
  const problems: Problem[] = [];
  const cues = sheet.flatMap((cue: unknown, index) => readCue(cue, index, problems));
  refuseIfAny('cue sheet', problems);
  return cues;
}

/** A cue is an object of texts and numbers in an array. */
const MAX_DEPTH = 20;

function parseJson(json: string): unknown {
  if (isDeeperThan(MAX_DEPTH, json))
    throw new InvalidInputError('cue sheet', [
      { where: 'sheet', message: `is nested more than ${MAX_DEPTH} deep, expected an array of cues` },
    ]);
  try {
    return JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInputError('cue sheet', [{ where: 'sheet', message: `is not valid JSON: ${reason}` }]);
  }
}

/** Brackets within texts do not count. Parsing would take memory for each level. One look at each character: a text may be torn anywhere. */
function isDeeperThan(limit: number, json: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') inText = !inText;
    else if (inText) at += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

function readCue(cue: unknown, index: number, problems: Problem[]): ImageCue[] {
  const where = `cue ${index}`;
  if (!isRecord(cue)) return note(problems, [{ where, message: 'expected an object with an action' }]);
  const named = withAction.safeParse(cue, { error: inOurWords });
  if (!named.success) return note(problems, problemsOf(named.error, where));
  const { action } = named.data;
  // What makes no image is none of our business, however it tells the time.
  if (!isImageAction(action) || MAKES_NO_IMAGE[action](cue)) return [];
  const common = anyCue.safeParse(cue, { error: inOurWords });
  if (!common.success) return note(problems, problemsOf(common.error, where));
  const { time } = common.data;
  return READERS[action](common.data, index, problems).map((read) => ({ ...read, time }));
}

type Fields = Readonly<Record<string, unknown>>;

/** By what decides it alone. A value of the wrong kind decides nothing: the reader of the action refuses it. */
const MAKES_NO_IMAGE: Readonly<Record<ImageAction, (cue: Fields) => boolean>> = {
  transcript: ({ generate }) => (generate ?? false) === false,
  prompt: ({ prompt, commit }) => commit === false || isNoWords(prompt),
  'move-slider': ({ program }) =>
    isNoWords(program) || (typeof program === 'string' && !program.startsWith('P2')),
};

const isNoWords = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && isBlank(value));

const isImageAction = (action: string): action is ImageAction =>
  IMAGE_ACTIONS.some((known) => known === action);

type CueReader = (cue: unknown, index: number, problems: Problem[]) => ImageCue[];

const READERS: Readonly<Record<ImageAction, CueReader>> = {
  transcript: readTranscript,
  prompt: readPrompt,
  'move-slider': readSlider,
};

/** What is not wrong in a sheet, and looks like a slip: actions that only lack the right spelling to make images. */
export function cueSheetRemarks(json: string): string[] {
  const sheet = parseJson(json);
  if (!Array.isArray(sheet)) return [];
  return sheet.flatMap((cue: unknown, index) => {
    const action = isRecord(cue) && typeof cue.action === 'string' ? cue.action : '';
    const meant = IMAGE_ACTIONS.find((known) => known !== action && known === action.trim().toLowerCase());
    return meant === undefined
      ? []
      : [
          `cue ${index} makes no image: its action is ${JSON.stringify(action)}, and "${meant}" is what would.`,
        ];
  });
}

function readTranscript(cue: unknown, index: number, problems: Problem[]): ImageCue[] {
  const parsed = cueSchemas.transcript.safeParse(cue, { error: inOurWords });
  if (!parsed.success) return note(problems, problemsOf(parsed.error, `cue ${index}`));
  const { transcript, inferenceStep, time } = parsed.data;
  if (isBlank(transcript))
    return note(problems, [missing(index, 'transcript', 'expected the words to generate from')]);
  const cueId = `transcript_${index}_${idTime(time)}`;
  return [
    {
      index,
      action: 'transcript',
      cueId,
      program: TRANSCRIPT_PROGRAM,
      prompt: transcript,
      ...stepsOf(inferenceStep),
    },
  ];
}

function readPrompt(cue: unknown, index: number, problems: Problem[]): ImageCue[] {
  const parsed = cueSchemas.prompt.safeParse(cue, { error: inOurWords });
  if (!parsed.success) return note(problems, problemsOf(parsed.error, `cue ${index}`));
  const { prompt, override, program, guidance, inferenceStep, time } = parsed.data;
  if (isBlank(program)) return note(problems, [missing(index, 'program', 'expected the name of a program')]);
  const words = isBlank(override) ? (prompt ?? '') : override;
  const cueId = `prompt_${index}_${idTime(time)}`;
  return [
    {
      index,
      action: 'prompt',
      cueId,
      program,
      prompt: words,
      ...strengthOf(guidance),
      ...stepsOf(inferenceStep),
    },
  ];
}

function readSlider(cue: unknown, index: number, problems: Problem[]): ImageCue[] {
  const parsed = cueSchemas['move-slider'].safeParse(cue, { error: inOurWords });
  if (!parsed.success) return note(problems, problemsOf(parsed.error, `cue ${index}`));
  const { program, value, inferenceStep, time } = parsed.data;
  if (value === null || value === undefined)
    return note(problems, [missing(index, 'value', 'expected a number from 0 to 100')]);
  const cueId = `slider_${index}_${idTime(time)}_val${value}`;
  return [{ index, action: 'move-slider', cueId, program, ...strengthOf(value), ...stepsOf(inferenceStep) }];
}

/** `:` and `.` become `_`, as the exhibition's object keys have it. */
const idTime = (time: string): string => time.replace(/[:.]/g, '_');

const strengthOf = (percentage: number | null | undefined): { strength?: number } =>
  typeof percentage === 'number' ? { strength: percentage / 100 } : {};

const stepsOf = (steps: number | null | undefined): { steps?: number } =>
  typeof steps === 'number' ? { steps } : {};

/** Spaces and characters without a shape are no words. */
const isBlank = (text: string | null | undefined): text is null | undefined | '' =>
  /^[\s\p{Cf}]*$/u.test(text ?? '');

const missing = (index: number, field: string, message: string): Problem => ({
  where: `cue ${index}, ${field}`,
  message,
});

function note(problems: Problem[], found: readonly Problem[]): [] {
  problems.push(...found);
  return [];
}

function rangeError(issue: { input?: unknown }): string {
  return `expected a number from 0 to 100, got ${String(issue.input)}`;
}
