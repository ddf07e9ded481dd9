/**
 * What of a prompt no text encoder of a model reads, found with the model's tokenizers alone: before anything is generated, and
 * without opening a model. A cut that another encoder makes up for (T5 reads on where CLIP ends) is none.
 */
import { join } from 'node:path';
import type { ModelFamily } from '../../domain/iterations.js';
import type { PromptReading } from '../../domain/prompt-reading.js';
import { readJsonIfThere } from '../model-directory/json.js';
import { type ModelIndex, readModelIndex } from '../model-directory/model-index.js';
import { promptWindows } from './prompt-windows.js';
import { readWindows } from './read-windows.js';
import { clipLength, loadTokenizer, type PromptTokenizer, readMaxLength } from './tokenizer.js';

/** A text for a model, and what decides whether it is read. */
export interface PromptTexts extends PromptReading {
  readonly prompt: string;
  readonly negativePrompt?: string;
  readonly guidance: number;
}

export interface PromptCut {
  readonly of: 'prompt' | 'negative prompt';
  /** How many tokens the encoder takes that reads most. */
  readonly tokens: number;
  /** The words beyond them, as the tokenizer spells them. */
  readonly removed: string;
}

interface Reader {
  readonly length: number;
  /** Loaded once, and only for a text that may be too long. */
  tokenizer(): Promise<PromptTokenizer>;
}

/** A model's tokenizers. */
export interface PromptReader {
  /** Nothing if all of it is read. */
  cutsOf(texts: PromptTexts): Promise<PromptCut[]>;
}

/** Opens the tokenizers of a model directory. Throws if they cannot be read, as the engine would. */
export async function openPromptReader(directory: string): Promise<PromptReader> {
  const index = await readModelIndex(directory);
  const takesNegative = await negativePromptTaker(index);
  const readers = await Promise.all(
    promptWindows(index).map(async ({ part, length }) => ({
      length: typeof length === 'number' ? length : await statedLength(join(directory, length.statedBy)),
      tokenizer: once(() =>
        loadTokenizer(join(directory, part), index.classOf(part) ?? 'CLIPTokenizer').catch(named(part)),
      ),
    })),
  );
  return {
    async cutsOf({ prompt, negativePrompt, guidance, ...reading }) {
      if (reading.longPrompts !== undefined) return [];
      const negative = takesNegative(guidance) ? negativePrompt : undefined;
      return [
        ...(await cutBy(readers, 'prompt', prompt, reading)),
        ...(negative === undefined ? [] : await cutBy(readers, 'negative prompt', negative, reading)),
      ];
    },
  };
}

const statedLength = async (folder: string): Promise<number> =>
  clipLength({ maxLength: await readMaxLength(folder) });

/** The least that one of them leaves out; nothing as soon as one reads it all. */
async function cutBy(
  readers: readonly Reader[],
  of: PromptCut['of'],
  text: string,
  reading: PromptReading,
): Promise<PromptCut[]> {
  let least: PromptCut | undefined;
  for (const { length, tokenizer } of readers.toSorted((a, b) => b.length - a.length)) {
    if (isShorter(text, length)) return [];
    const { removed } = read(await tokenizer(), text, length, reading);
    if (removed === undefined) return [];
    if (least === undefined || removed.length < least.removed.length) least = { of, tokens: length, removed };
  }
  return least === undefined ? [] : [least];
}

/** Weights are no words; only CLIP encoders know of them, and their length is the tokenizer's own. */
const read = (tokenizer: PromptTokenizer, text: string, length: number, reading: PromptReading) =>
  reading.promptSyntax === undefined ? tokenizer.encode(text, length) : readWindows(tokenizer, text, reading);

/** Of plain characters each is a token at most, beside the ones at both ends: most prompts need no tokenizer. */
const isShorter = (text: string, length: number): boolean =>
  text.length + 2 <= length && /^[\x20-\x7e]*$/.test(text);

/** Families that guide by a negative prompt, and models whose network takes guidance as an input instead. */
async function negativePromptTaker({
  directory,
  family,
}: ModelIndex): Promise<(guidance: number) => boolean> {
  if (family === 'flux') return () => false;
  const unet = NETWORKS_WITH_GUIDANCE.includes(family)
    ? await readJsonIfThere(join(directory, 'unet', 'config.json'))
    : undefined;
  const isDistilled = (unet?.time_cond_proj_dim ?? undefined) !== undefined;
  return (guidance) => guidance > 1 && !isDistilled;
}

const NETWORKS_WITH_GUIDANCE: readonly ModelFamily[] = ['sd', 'sdxl'];

const named =
  (part: string) =>
  (cause: unknown): never => {
    throw new Error(`${part} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  };

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
