/**
 * Prompt to token ids, as the transformers class named in `model_index.json` would: cut at the encoder's
 * limit, padded to it, and what was cut off told in words. Reads `tokenizer.json` or, for CLIP, `vocab.json`
 * and `merges.txt`.
 */
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { isRecord } from '../../domain/is-record.js';
import { readJson, readJsonIfThere, readModelText } from '../model-directory/json.js';
import { clipTokenizerJson, type SpecialToken } from './clip-json.js';
import { cleanClipText } from './clip-text.js';
import { takeCharsMap } from './precompiled.js';

/** Token ids of exactly the requested length, and the text that did not fit (undefined: all fitted). */
export interface Tokens {
  readonly ids: readonly number[];
  readonly removed: string | undefined;
}

export interface PromptTokenizer {
  /** `model_max_length` of the tokenizer's configuration; undefined when it states none. */
  readonly maxLength: number | undefined;
  encode(text: string, length: number): Tokens;
  /** All ids of a text, without the ones that open and close it. */
  words(text: string): readonly number[];
  /** Ids as text, as the tokenizer spells it. */
  spell(ids: readonly number[]): string;
}

/** Length of CLIP's text window when the tokenizer states none. */
const CLIP_LENGTH = 77;

/** Tokens that a CLIP encoder takes. */
export function clipLength({ maxLength }: Pick<PromptTokenizer, 'maxLength'>): number {
  return maxLength ?? CLIP_LENGTH;
}

/** transformers writes 1e30 for "no limit". */
const NO_LIMIT = 1e9;
/** The first token, the closing one and one between them. */
const SHORTEST = 3;
/** Far beyond the largest vocabularies in use, of a quarter of a million tokens. */
const MAX_TOKEN_ID = 9_999_999;
/** No text encoder takes as many. */
const LONGEST = 100_000;

/**
 * Loads a tokenizer folder.
 * @param className the transformers class, which decides how a CLIP text is cleaned
 */
export async function loadTokenizer(folder: string, className: string): Promise<PromptTokenizer> {
  const config = await readSettings(folder);
  const { json, normalize } = takeCharsMap(await readTokenizer(folder, className, config));
  const tokenizer = new Tokenizer(json, config);
  const special = specialTokens(config, vocabulary(json)).map(({ content }) => content);
  const padId = tokenizer.token_to_id(tokenName(config, 'pad_token') ?? defaultPad(className)) ?? 0;
  const clean = cleaning(className, special);
  const idsOf = (text: string): number[] => tokenizer.encode(normalize(clean(text))).ids;
  return {
    maxLength: maxLengthOf(config.model_max_length),
    encode: (text, length) => cutOrPad(tokenizer, idsOf(text), length, padId),
    words: (text) => idsOf(text).slice(1, -1),
    spell: (ids) => textOf(tokenizer, ids),
  };
}

/** `model_max_length` of a tokenizer folder, without loading it. */
export async function readMaxLength(folder: string): Promise<number | undefined> {
  return maxLengthOf((await readSettings(folder)).model_max_length);
}

function maxLengthOf(stated: unknown): number | undefined {
  if (typeof stated !== 'number' || stated >= NO_LIMIT) return undefined;
  if (Number.isInteger(stated) && stated >= SHORTEST && stated <= LONGEST) return stated;
  throw new Error(`"model_max_length" is ${stated}, expected an integer from ${SHORTEST} to ${LONGEST}`);
}

/** Cuts between the first tokens and the closing one, or pads at the end. */
function cutOrPad(tokenizer: Tokenizer, all: readonly number[], length: number, padId: number): Tokens {
  if (all.length <= length) {
    const padding = new Array<number>(length - all.length).fill(padId);
    return { ids: [...all, ...padding], removed: undefined };
  }
  const cut = all.slice(length - 1, -1);
  return { ids: [...all.slice(0, length - 1), ...all.slice(-1)], removed: textOf(tokenizer, cut) };
}

function textOf(tokenizer: Tokenizer, ids: readonly number[]): string {
  return tokenizer
    .decode([...ids])
    .replaceAll('</w>', ' ')
    .trim();
}

/** `tokenizer_config.json`; folders written before it listed special tokens keep those in a file of their own. */
async function readSettings(folder: string): Promise<Record<string, unknown>> {
  const special = (await readJsonIfThere(join(folder, 'special_tokens_map.json'))) ?? {};
  return { ...special, ...((await readJsonIfThere(join(folder, 'tokenizer_config.json'))) ?? {}) };
}

async function readTokenizer(
  folder: string,
  className: string,
  config: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const written =
    className === 'CLIPTokenizer' ? undefined : await readJsonIfThere(join(folder, 'tokenizer.json'));
  if (written !== undefined) return written;
  const vocab = await readVocabulary(folder);
  if (vocab === undefined) return await readJson(join(folder, 'tokenizer.json'));
  const merges = await readModelText(join(folder, 'merges.txt'));
  const tokens = {
    bos: tokenName(config, 'bos_token') ?? '<|startoftext|>',
    eos: tokenName(config, 'eos_token') ?? '<|endoftext|>',
    unk: tokenName(config, 'unk_token') ?? '<|endoftext|>',
  };
  return { ...clipTokenizerJson(vocab, merges, tokens, specialTokens(config, vocab)) };
}

async function readVocabulary(folder: string): Promise<Record<string, number> | undefined> {
  const vocab = await readJsonIfThere(join(folder, 'vocab.json'));
  return vocab === undefined ? undefined : numbers(vocab);
}

function vocabulary(json: Record<string, unknown>): Record<string, number> {
  const model = isRecord(json.model) ? json.model : {};
  return isRecord(model.vocab) ? numbers(model.vocab) : {};
}

/** Token ids by token. Throws if one is none that an encoder could have a row for: the tokenizer would make an array of that length. */
function numbers(record: Record<string, unknown>): Record<string, number> {
  const entries = Object.entries(record).map(([token, id]) => [token, idOf(token, id)] as const);
  if (entries.length === 0) throw new Error('the vocabulary is empty');
  return Object.fromEntries(entries);
}

function idOf(token: string, id: unknown): number {
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= MAX_TOKEN_ID) return id;
  throw new Error(
    `the vocabulary gives ${JSON.stringify(token)} the id ${JSON.stringify(id)}, expected an integer from 0 to ${MAX_TOKEN_ID}`,
  );
}

/** All tokens that are never split: those listed by id, and the named ones (SD3's second tokenizer pads with "!"). */
function specialTokens(
  config: Record<string, unknown>,
  vocab: Readonly<Record<string, number>>,
): SpecialToken[] {
  const listed = isRecord(config.added_tokens_decoder) ? Object.values(config.added_tokens_decoder) : [];
  const names = ['bos_token', 'eos_token', 'unk_token', 'pad_token'].map((key) => tokenName(config, key));
  const contents = new Set([...listed.map(contentOf), ...names, '<|startoftext|>', '<|endoftext|>']);
  return [...contents].flatMap((content) => {
    const id = content === undefined ? undefined : vocab[content];
    return content === undefined || id === undefined ? [] : [{ id, content }];
  });
}

function tokenName(config: Record<string, unknown>, key: string): string | undefined {
  return contentOf(config[key]);
}

/** A token is written as text or as an object with its text in `content`. */
function contentOf(token: unknown): string | undefined {
  if (typeof token === 'string') return token;
  return isRecord(token) && typeof token.content === 'string' ? token.content : undefined;
}

function defaultPad(className: string): string {
  return className.startsWith('CLIP') ? '<|endoftext|>' : '<pad>';
}

/** What has to be done to a text for this class before `tokenizer.json` takes over. */
function cleaning(className: string, special: readonly string[]): (text: string) => string {
  if (className === 'CLIPTokenizer') return (text) => cleanClipText(text, special);
  // The Rust tokenizers lowercase letter by letter: a final sigma does not become ς, as it would in JavaScript.
  if (className === 'CLIPTokenizerFast') return (text) => text.replaceAll('Σ', 'σ');
  return (text) => text;
}
