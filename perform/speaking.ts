/**
 * A transcript shown word by word: each word when it has been said. `words` are those of a speech recognizer, with `start` and
 * `end` in seconds, `when` is the whole utterance. They may count from the beginning of the show, as in a recording of it, or
 * from anywhere else; then the utterance begins at its cue.
 */
import { type Fields, fieldsOf, numberOf, type SheetCue, textOf } from './sheet.js';

export interface Word {
  readonly atMs: number;
  /** Everything said so far in this utterance. */
  readonly transcript: string;
  /** The utterance is complete. */
  readonly final: boolean;
}

export interface Utterance {
  readonly words: readonly Word[];
  /** When it has been said; its image begins then. */
  readonly endMs: number;
}

/** Cues have the time of their utterance, often cut to whole seconds; recognizers begin a word early. */
const SAME_CLOCK_MS = 2000;

interface TimedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export function utterance({ atMs, fields }: SheetCue): Utterance {
  const transcript = textOf(fields.transcript) ?? '';
  const said = timedWords(fields);
  const [fromMs, toMs] = spanOf(fields, said) ?? [0, 0];
  const endMs = atMs + Math.max(toMs - fromMs, 0);
  // One word, or none, is no typing.
  if (said.length < 2) return { words: [{ atMs, transcript, final: true }], endMs };
  const shiftMs = Math.abs(fromMs - atMs) <= SAME_CLOCK_MS ? 0 : atMs - fromMs;
  const texts = joined(said.map(({ text }) => text));
  const words = said.map((word, index) => {
    const final = index === said.length - 1;
    return {
      atMs: Math.max(word.endMs + shiftMs, atMs),
      transcript: final ? transcript : (texts[index] ?? ''),
      final,
    };
  });
  return { words: inOrder(words), endMs };
}

/** Milliseconds of the utterance's own clock. */
function spanOf({ when }: Fields, said: readonly TimedWord[]): [number, number] | undefined {
  const [from, to] = Array.isArray(when) ? when.map(numberOf) : [];
  if (from !== undefined && to !== undefined) return [from * 1000, to * 1000];
  const [first, last] = [said.at(0), said.at(-1)];
  return first === undefined || last === undefined ? undefined : [first.startMs, last.endMs];
}

function timedWords({ words }: Fields): TimedWord[] {
  if (!Array.isArray(words)) return [];
  return words.flatMap((word: unknown) => {
    const fields = fieldsOf(word);
    const text = textOf(fields?.word);
    const end = numberOf(fields?.end);
    if (text === undefined || end === undefined) return [];
    return [{ text, startMs: (numberOf(fields?.start) ?? end) * 1000, endMs: end * 1000 }];
  });
}

/** Recognizers put the space before a word into the word; lists written by hand have none. */
function joined(words: readonly string[]): string[] {
  const separator = words.some((word) => word.trim() !== word) ? '' : ' ';
  let text = '';
  return words.map((word, index) => {
    text += index === 0 ? word.trimStart() : separator + word;
    return text.trimEnd();
  });
}

/** No word before the one that was said earlier. */
function inOrder(words: readonly Word[]): Word[] {
  let latestMs = 0;
  return words.map((word) => {
    latestMs = Math.max(latestMs, word.atMs);
    return { ...word, atMs: latestMs };
  });
}
