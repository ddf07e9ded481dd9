/**
 * What outlives a restart: which performance it was, and which variants had been shown before. A tab that crashed performs the
 * same again from it; a new performance goes on where the last one stopped. Memory that cannot be read or written is no
 * reason not to perform.
 */
import type { Shown } from './choices.js';
import { fieldsOf, numberOf } from './sheet.js';

export interface Remembered {
  /** Of the first performance; the others follow from it. */
  readonly seed: number;
  /** How many performances came before. */
  readonly number: number;
  /** What had been shown before this performance. */
  readonly shown: Shown;
  /** How far it came, milliseconds of the show. */
  readonly reachedMs: number;
}

/** Where it is kept, such as the browser's local storage. */
export interface Memory {
  read(): unknown;
  write(remembered: Remembered): void;
}

export function remembered(memory: Memory | undefined): Remembered | undefined {
  try {
    return rememberedOf(memory?.read());
  } catch {
    return undefined;
  }
}

export function remember(memory: Memory | undefined, what: Remembered): void {
  try {
    memory?.write(what);
  } catch {
    // A full or forbidden storage forgets, and the show goes on.
  }
}

function rememberedOf(value: unknown): Remembered | undefined {
  const fields = fieldsOf(value);
  const [seed, number] = [numberOf(fields?.seed), numberOf(fields?.number)];
  if (seed === undefined || number === undefined) return undefined;
  return { seed, number, shown: shownOf(fields?.shown), reachedMs: numberOf(fields?.reachedMs) ?? 0 };
}

function shownOf(value: unknown): Shown {
  const entries = Object.entries(fieldsOf(value) ?? {});
  return Object.fromEntries(
    entries.map(([key, numbers]) => [
      key,
      Array.isArray(numbers) ? numbers.flatMap((one: unknown) => numberOf(one) ?? []) : [],
    ]),
  );
}
