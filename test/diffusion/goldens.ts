/**
 * Reads the recordings of diffusers that the scripts in `test/goldens` have made.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GenerationRequest, RgbImage } from '../../diffusion/index.js';

export const GOLDENS = join(import.meta.dirname, '..', 'goldens');

/** Position and shape of an array in the `.bin` file beside the `.json` that names it. */
export interface RecordedArray {
  readonly at: number;
  readonly dims: number[];
  readonly type: 'f4' | 'u1';
}

export interface GoldenCase {
  readonly model: string;
  readonly request: GenerationRequest;
  readonly initial: RecordedArray;
  readonly latents: RecordedArray;
  readonly final: RecordedArray;
  readonly image?: RecordedArray;
}

interface Goldens {
  readonly cases: GoldenCase[];
  readonly embeddings: {
    model: string;
    prompt: string;
    length: number;
    embeds: RecordedArray;
    pooled: RecordedArray;
  }[];
  readonly tokens: {
    model: string;
    part: string;
    length: number;
    prompt: string;
    ids: number[];
    removed: string | null;
  }[];
  readonly schedules: {
    config: Record<string, number | string | boolean>;
    steps: number;
    imageSeqLen: number;
    sigmas: number[];
    timesteps: number[];
  }[];
  readonly iterations: [number, number, number][];
  readonly noise: { seed: number; count: number; values: RecordedArray; then: RecordedArray }[];
  readonly resizes: { source: RecordedArray; result: RecordedArray }[];
}

/** Timesteps of a scheduler with a configuration and a number of steps; `sigmas` are recorded for some. */
export interface RecordedSchedule {
  readonly config: Record<string, unknown>;
  readonly steps: number;
  readonly count: number;
  readonly timesteps: number[];
  readonly sigmas?: number[];
  readonly noise: number;
}

/** Opens the recordings in {name}.json and {name}.bin. */
export function openGoldens<T>(name: string) {
  const recorded: T = JSON.parse(readFileSync(join(GOLDENS, `${name}.json`), 'utf8'));
  const binary = readFileSync(join(GOLDENS, `${name}.bin`));
  /** A recorded picture, [height, width, 3]. */
  const picture = ({ at, dims }: RecordedArray): RgbImage => {
    const [height = 0, width = 0] = dims;
    return { data: new Uint8Array(binary.subarray(at, at + width * height * 3)), width, height };
  };
  return {
    recorded,
    picture,
    /** A recorded array of floats. */
    floats({ at, dims }: RecordedArray): Float32Array {
      const count = dims.reduce((product, size) => product * size, 1);
      return new Float32Array(
        binary.buffer.slice(binary.byteOffset + at, binary.byteOffset + at + 4 * count),
      );
    },
    /** The recorded request, with its picture. */
    requestOf({ request, image }: GoldenCase): GenerationRequest {
      return image === undefined ? request : { ...request, image: picture(image) };
    },
  };
}

export const { recorded: goldens, floats, picture, requestOf } = openGoldens<Goldens>('goldens');

/** Largest difference, relative to the largest expected value. */
export function deviation(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const pairs = Array.from(expected, (value, i) => [value, actual[i] ?? Number.NaN] as const);
  const largest = pairs.reduce((max, [value]) => Math.max(max, Math.abs(value)), 1e-12);
  return pairs.reduce((max, [value, other]) => Math.max(max, Math.abs(value - other)), 0) / largest;
}
