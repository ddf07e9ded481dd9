/**
 * A prompt typed key by key over what stands there: what differs is erased from its end, then the new words are typed, then
 * Enter. Each key is followed by a delay of `base` milliseconds, give or take half of `variance`. Typing that would not be
 * done before the next prompt is typed faster: how fast somebody types is invented anyway, and the image must come.
 */
import type { Random } from './random.js';
import { type Fields, fieldsOf, numberOf } from './sheet.js';

export interface Key {
  readonly atMs: number;
  /** The whole prompt after this key. */
  readonly text: string;
}

export interface Typing {
  readonly keys: readonly Key[];
  readonly enterMs: number;
}

/** Milliseconds, where the cue says nothing: about ten keys a second. */
const DEFAULT_BASE_MS = 100;
const DEFAULT_VARIANCE_MS = 80;

interface Request {
  readonly from: string;
  readonly to: string;
  readonly startMs: number;
  /** When the next prompt begins. */
  readonly untilMs: number;
  /** The cue's own: `{ base, variance }`. */
  readonly delay: unknown;
  readonly random: Random;
}

export function typing({ from, to, startMs, untilMs, delay, random }: Request): Typing {
  const texts = textsBetween(from, to);
  const nextDelayMs = delays(fieldsOf(delay), random);
  const dueMs: number[] = [];
  let atMs = 0;
  for (let key = 0; key <= texts.length; key++) {
    dueMs.push(atMs);
    atMs += nextDelayMs();
  }
  const lastMs = dueMs.at(-1) ?? 0;
  const pace = Math.min(1, (untilMs - startMs) / lastMs);
  const due = (key: number): number => startMs + (lastMs === 0 ? 0 : (dueMs[key] ?? 0) * pace);
  return { keys: texts.map((text, key) => ({ atMs: due(key), text })), enterMs: due(texts.length) };
}

function delays(delay: Fields | undefined, random: Random): () => number {
  const base = Math.max(numberOf(delay?.base) ?? DEFAULT_BASE_MS, 0);
  const variance = Math.max(numberOf(delay?.variance) ?? DEFAULT_VARIANCE_MS, 0);
  return () => Math.max(base + (random() - 0.5) * variance, 0);
}

/** Whole characters, so that no key shows half of one. */
function textsBetween(from: string, to: string): string[] {
  const [old, next] = [[...from], [...to]];
  let common = 0;
  while (common < old.length && common < next.length && old[common] === next[common]) common += 1;
  const erased = range(old.length - 1, common, -1).map((length) => old.slice(0, length).join(''));
  const typed = range(common + 1, next.length, 1).map((length) => next.slice(0, length).join(''));
  return [...erased, ...typed];
}

function range(first: number, last: number, step: 1 | -1): number[] {
  const count = Math.max((last - first) * step + 1, 0);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
