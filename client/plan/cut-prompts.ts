/**
 * Prompts that are longer than their model reads: what is cut is the end, where a program's suffix stands, and the image does not
 * tell. Known where the model's tokenizers are on this machine.
 */
import { openPromptReader, type PromptCut, type PromptReader } from '../../diffusion/text/prompt-cuts.js';
import { oneLine } from '../../domain/printable.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { LoadedShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';

export interface CutPrompt extends PromptCut {
  readonly cueId: string;
}

export interface PromptLengths {
  readonly cut: readonly CutPrompt[];
  /** Models whose tokenizers cannot be read. */
  readonly unreadable: readonly { readonly model: string; readonly problem: string }[];
  /** Cues that were not looked at, because the show has so many words. */
  readonly unmeasured: number;
}

/** Some seconds of work: a thousand long prompts are a third of it. */
const MAX_CHARACTERS = 1_000_000;
/** As many lines as a person reads; `show plan --json` has them all. */
const MAX_LINES = 20;
/** Characters shown of both ends of what was cut. */
const EXCERPT = 60;

/** Measures every prompt of the show whose model is on this machine. */
export async function measurePrompts({
  tasks,
  modelDirectories,
}: Pick<LoadedShow, 'tasks' | 'modelDirectories'>): Promise<PromptLengths> {
  const readers = new Map<string, PromptReader | string>();
  const known = new Map<string, readonly PromptCut[]>();
  const cut: CutPrompt[] = [];
  let left = MAX_CHARACTERS;
  let unmeasured = 0;
  for (const { cueId, settings } of tasks) {
    const { model, prompt, negativePrompt, guidance, longPrompts, promptSyntax } = settings;
    const directory = modelDirectories[model.name];
    if (directory === undefined) continue;
    const key = JSON.stringify([model.name, prompt, negativePrompt, guidance, longPrompts, promptSyntax]);
    const isNew = !known.has(key);
    if (isNew) left -= prompt.length + (negativePrompt?.length ?? 0);
    if (isNew && left < 0) {
      unmeasured += 1;
      continue;
    }
    const cuts = known.get(key) ?? (await cutsOf(readers, directory, settings));
    known.set(key, cuts);
    cut.push(...cuts.map((one) => ({ cueId, ...one })));
  }
  return { cut, unreadable: unreadable(readers), unmeasured };
}

/** None, with the reason noted in place of the reader, if the model's tokenizers cannot be read. */
async function cutsOf(
  readers: Map<string, PromptReader | string>,
  directory: string,
  { model, ...texts }: CueTask['settings'],
): Promise<readonly PromptCut[]> {
  const reader = readers.get(model.name);
  if (typeof reader === 'string') return [];
  try {
    const opened = reader ?? (await openPromptReader(directory));
    readers.set(model.name, opened);
    return await opened.cutsOf(texts);
  } catch (error) {
    readers.set(model.name, error instanceof Error ? error.message : String(error));
    return [];
  }
}

const unreadable = (readers: ReadonlyMap<string, PromptReader | string>): PromptLengths['unreadable'] =>
  [...readers].flatMap(([model, problem]) => (typeof problem === 'string' ? [{ model, problem }] : []));

/** Says which cues' prompts are cut, and what of them. */
export async function noteCutPrompts(loaded: LoadedShow, output: Output): Promise<PromptLengths> {
  const lengths = await measurePrompts(loaded);
  for (const line of describeCuts(lengths)) output.note(`Note: ${line}`);
  return lengths;
}

/** A sentence for each. */
export function describeCuts({ cut, unreadable, unmeasured }: PromptLengths): string[] {
  const more = cut.length - MAX_LINES;
  return [
    ...cut.slice(0, MAX_LINES).map(describeCut),
    ...(more > 0 ? [`… and ${more} more prompts are cut; "show plan --json" lists them all.`] : []),
    ...unreadable.map(
      ({ model, problem }) => `the prompts for model "${model}" could not be measured: ${oneLine(problem)}.`,
    ),
    ...(unmeasured > 0 ? [`${unmeasured} cues' prompts were not measured: there are too many words.`] : []),
  ];
}

export const describeCut = ({ cueId, of, tokens, removed }: CutPrompt): string =>
  `${cueId}: its ${of} is longer than the ${tokens} tokens that the model reads; cut off is "${oneLine(excerpt(removed))}".`;

function excerpt(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= 2 * EXCERPT) return text;
  return `${characters.slice(0, EXCERPT).join('')} … ${characters.slice(-EXCERPT).join('')}`;
}

/** Cues of which something is cut. */
export const countCut = ({ cut }: PromptLengths): number => new Set(cut.map(({ cueId }) => cueId)).size;

/** Nothing if nothing is cut. */
export function cutLines(cues: number): string[] {
  if (cues === 0) return [];
  return [
    `${cues === 1 ? 'The prompt of 1 cue is' : `The prompts of ${cues} cues are`} longer than the model reads; "show plan" says what is cut.`,
  ];
}
