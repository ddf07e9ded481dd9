/** Uniform in [0, 1). */
export type Random = () => number;

/** Uniform in [0, 1), from a 32-bit seed (mulberry32). */
export function seededRandom(seed: number): Random;
