// What the stand-in device computes: numbers that follow from the seed alone, so that a test knows every byte in advance.

/** @returns {() => number} uniform in [0, 1), from a seed (mulberry32) */
export function numbers(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Latents after a step (from 1), as SDXL has them: 4 channels, an eighth of the size. */
export function latentsOf(seed, step, { width, height }) {
  const next = numbers(seed * 31 + step);
  const size = { channels: 4, height: height / 8, width: width / 8 };
  const data = Float32Array.from({ length: 4 * size.height * size.width }, () => next() * 4 - 2);
  return { ...size, data };
}

export function pictureOf(seed, { width, height }) {
  const next = numbers(seed);
  const data = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(next() * 256));
  return { data, width, height };
}

export const MODEL = { digest: '0'.repeat(64), scheduler: 'EulerDiscreteScheduler' };
