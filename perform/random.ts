/**
 * Chance that can be repeated: the same seed gives the same numbers on every machine, so that a performance can be resumed,
 * sought through, rehearsed and filmed, and is each time the same. Each cue has numbers of its own; a cue that is added
 * or taken out changes nothing in the others.
 */

/** Uniform in [0, 1). */
export type Random = () => number;

/** Numbers of one thing, named by its parts, in the performance with this seed. */
export function randomOf(seed: number, ...name: readonly (string | number)[]): Random {
  let state = hash(`${seed}/${name.join('/')}`);
  // Mulberry32: 32 bits of state are enough for the keys of a prompt and the variants of a cue.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of the performance that comes `number` performances after the first. */
export const seedOf = (seed: number, number: number): number =>
  number === 0 ? seed : hash(`${seed}+${number}`);

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
