/**
 * How a program's prompts are read where that is more than its pipeline in diffusers does: in as many windows of the text encoder
 * as they need, and with brackets that weigh words. Which families can, and what of a text cannot be read, is said here: plans
 * and engine share it.
 */
import type { ModelFamily } from './iterations.js';
import { BREAK_NEEDS_WINDOWS, parseWeighted, type WeightedText } from './weighted-prompt.js';

/** `chunk`: what does not fit the first window of the text encoder goes on in the next one, instead of being cut. */
export const LONG_PROMPTS = ['chunk'] as const;
/** `weighted`: see `weighted-prompt`. */
export const PROMPT_SYNTAXES = ['weighted'] as const;

/** Absent: cut at the encoder's length; every character is a word's. */
export interface PromptReading {
  readonly longPrompts?: (typeof LONG_PROMPTS)[number];
  readonly promptSyntax?: (typeof PROMPT_SYNTAXES)[number];
}

/** Families whose networks take the embeddings of several windows, one after the other. */
const FAMILIES: readonly ModelFamily[] = ['sd', 'sdxl'];

const FIELDS = ['longPrompts', 'promptSyntax'] as const;

/** What a family cannot do of it, by the name of the field. */
export function readingProblems(
  family: ModelFamily,
  reading: PromptReading,
): { readonly field: keyof PromptReading; readonly message: string }[] {
  if (FAMILIES.includes(family)) return [];
  const message = `is for the families ${FAMILIES.join(' and ')}, not for ${family}`;
  return FIELDS.filter((field) => reading[field] !== undefined).map((field) => ({ field, message }));
}

/** The pieces of a text with their weights, in the parts that BREAK separates. */
export function promptParts(
  text: string,
  { promptSyntax }: PromptReading,
): readonly (readonly WeightedText[])[] {
  return promptSyntax === undefined ? [[{ text, weight: 1 }]] : parseWeighted(text).parts;
}

/** What of a text cannot be read, each with its place in it. */
export function promptProblems(text: string, { longPrompts, promptSyntax }: PromptReading): string[] {
  if (promptSyntax === undefined) return [];
  const { problems, firstBreak } = parseWeighted(text);
  const needsWindows = firstBreak !== undefined && longPrompts === undefined;
  return [...problems, ...(needsWindows ? [`character ${firstBreak}: ${BREAK_NEEDS_WINDOWS}`] : [])];
}
