/** Mutations of a good file: values of another type, keys with a meaning in JavaScript, cut or doubled bytes. */
import type { Random } from '../support/seeded-random.mjs';

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e15,
  1e308,
  '',
  ' ',
  '\u200b',
  '\u001b[2J\n\u202e',
  '../../etc/passwd',
  'a\0b',
  '𝒳'.repeat(3),
  'x'.repeat(30_000),
  [],
  {},
  [[[]]],
  { toString: 1 },
  ['diffusers', { valueOf: null }],
];
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  '\n',
  '\u001b]0;x\u0007',
  'final',
  '1e3',
  '-1',
];

export const pick = <T>(random: Random, from: readonly T[]): T | undefined =>
  from[Math.floor(random() * from.length)];

/** The value with a few of its parts replaced, added or left out. */
export function mutated(value: unknown, random: Random, chance = 0.08): unknown {
  if (random() < chance) return pick(random, VALUES);
  if (Array.isArray(value)) {
    const kept = value.filter(() => random() > chance / 2).map((item) => mutated(item, random, chance));
    return random() < chance ? [...kept, pick(random, VALUES), ...kept] : kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(() => random() > chance / 2)
    .map(([key, item]) => [key, mutated(item, random, chance)] as const);
  const added = random() < chance ? [[pick(random, KEYS) ?? '', pick(random, VALUES)] as const] : [];
  return Object.fromEntries([...entries, ...added]);
}

/** The bytes with some of them changed, cut off or doubled. */
export function torn(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = Math.floor(random() * 4); count > 0; count--)
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  const from = Math.floor(random() * copy.length);
  if (random() < 0.3) return copy.subarray(0, from);
  return random() < 0.2 ? Buffer.concat([copy, copy.subarray(from)]) : copy;
}
