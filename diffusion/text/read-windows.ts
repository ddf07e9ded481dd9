/**
 * A prompt as the windows that a CLIP text encoder reads: 75 tokens each, between an opening and a closing one. Without
 * `longPrompts` there is one, and what does not fit is cut. Words weighted below 1 come with the same windows without them, between
 * which and the whole the embeddings are mixed: the exported encoders take no attention mask, with which they could be hidden.
 */
import { type PromptReading, promptParts } from '../../domain/prompt-reading.js';
import { clipLength, type PromptTokenizer, type Tokens } from './tokenizer.js';

/** One run of the text encoder; `ids` and `weights` are of its length. */
export interface TokenWindow {
  readonly ids: readonly number[];
  /** In float32; 1: as the encoder gives it. */
  readonly weights: Float32Array;
}

/** Text between two BREAKs. */
export interface PromptPart {
  readonly windows: readonly TokenWindow[];
  /** For each piece below 1: its weight, and the windows of all other pieces. */
  readonly without: readonly { readonly weight: number; readonly windows: readonly TokenWindow[] }[];
}

/** As `Tokens`, its ids are those of the first window. */
export interface WindowedPrompt extends Tokens {
  readonly parts: readonly PromptPart[];
  /** Ids of a window without words. */
  readonly empty: readonly number[];
}

interface Piece {
  readonly ids: readonly number[];
  readonly weight: number;
}

/** Tokens between the opening and the closing one are cut into windows, or cut off. */
interface Frame {
  readonly empty: readonly number[];
  readonly chunks: boolean;
}

/** Reads a text that has no `promptProblems`. */
export function readWindows(
  tokenizer: PromptTokenizer,
  text: string,
  reading: PromptReading,
): WindowedPrompt {
  const length = clipLength(tokenizer);
  const { ids: empty } = tokenizer.encode('', length);
  const frame = { empty, chunks: reading.longPrompts === 'chunk' };
  const pieces = promptParts(text, reading).map((part) =>
    part
      .map((piece) => ({ ids: tokenizer.words(piece.text), weight: Math.fround(piece.weight) }))
      .filter(({ ids }) => ids.length > 0),
  );
  const parts = pieces.map((part) => partOf(part, frame));
  const cut = frame.chunks ? [] : idsOf(pieces.flat()).slice(roomIn(frame));
  return {
    ids: parts[0]?.windows[0]?.ids ?? empty,
    removed: cut.length === 0 ? undefined : tokenizer.spell(cut),
    parts,
    empty,
  };
}

/** How many windows a text takes. */
export const windowCount = ({ parts }: WindowedPrompt): number =>
  parts.reduce((sum, { windows }) => sum + windows.length, 0);

/** A piece that begins beyond what is read changes nothing. */
function partOf(pieces: readonly Piece[], frame: Frame): PromptPart {
  const isRead = (index: number): boolean =>
    frame.chunks || idsOf(pieces.slice(0, index)).length < roomIn(frame);
  const without = pieces.flatMap(({ weight }, index) =>
    weight < 1 && isRead(index) ? [{ weight, windows: windowsOf(pieces.toSpliced(index, 1), frame) }] : [],
  );
  return { windows: windowsOf(pieces, frame), without };
}

function windowsOf(pieces: readonly Piece[], frame: Frame): TokenWindow[] {
  const ids = idsOf(pieces);
  const weights = pieces.flatMap((piece) => piece.ids.map(() => piece.weight));
  const room = roomIn(frame);
  const count = frame.chunks ? Math.max(Math.ceil(ids.length / room), 1) : 1;
  return Array.from({ length: count }, (_, i) =>
    windowOf(ids.slice(i * room, (i + 1) * room), weights.slice(i * room, (i + 1) * room), frame),
  );
}

/** Opening token, words, closing token, and padding. */
function windowOf(words: readonly number[], ofWords: readonly number[], { empty }: Frame): TokenWindow {
  const [first = 0, ...closing] = empty;
  const weights = new Float32Array(empty.length).fill(1);
  weights.set(ofWords, 1);
  return { ids: [first, ...words, ...closing.slice(0, closing.length - words.length)], weights };
}

const idsOf = (pieces: readonly Piece[]): number[] => pieces.flatMap(({ ids }) => ids);

const roomIn = ({ empty }: Frame): number => empty.length - 2;
