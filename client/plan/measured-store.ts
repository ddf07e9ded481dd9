/**
 * What a listing of the store and a few timings tell about images that exist: how large their objects are and how
 * long a step took. The sample is small on purpose: steps of one program differ little, and each costs a request.
 */
import { z } from 'zod';
import { given } from '../../domain/given.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import { cuesPrefix, parseVariantKey } from '../../domain/object-keys.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ObjectHead, ObjectStore } from '../../storage/object-store.js';

/** Timings read per program. */
const MAX_TIMINGS = 8;

const KINDS = ['final', 'timing', 'step'] as const;
type Kind = (typeof KINDS)[number];

/** What was found of one program. */
export interface ProgramMeasurements {
  /** Mean size of an object, by kind; absent where none is stored. */
  readonly bytes: Readonly<Partial<Record<Kind, number>>>;
  /** Absent where no timing is stored: nothing generated yet, or a program without previews. */
  readonly pace?: Pace;
}

export interface Pace {
  /** Mean of a denoising step, prompt encoding included. */
  readonly secondsPerStep: number;
  /** From the last step to decoded pixels. */
  readonly finalSeconds: number;
  /** How many images this was measured on. */
  readonly images: number;
}

const timingSchema = z.object({ stepDurations: z.record(z.string(), z.number()) });

export class MeasuredStore {
  readonly #prefix: string;
  readonly #programs: ReadonlyMap<string, string>;
  readonly #sizes = new Map<string, Record<Kind, { count: number; bytes: number }>>();
  readonly #timings = new Map<string, string[]>();

  constructor(show: ShowAddress, tasks: readonly CueTask[]) {
    this.#prefix = cuesPrefix(show);
    this.#programs = new Map(tasks.map(({ cueId, settings }) => [cueId, settings.program]));
  }

  /** Takes note of one object of a listing. */
  see({ key, bytes }: ObjectHead): void {
    const parsed = parseVariantKey(this.#prefix, key);
    const program = parsed && this.#programs.get(parsed.cueId);
    if (parsed === undefined || program === undefined) return;
    const { kind } = parsed.object;
    const sizes = this.#sizes.get(program) ?? {
      final: { count: 0, bytes: 0 },
      timing: { count: 0, bytes: 0 },
      step: { count: 0, bytes: 0 },
    };
    this.#sizes.set(program, sizes);
    sizes[kind].count += 1;
    sizes[kind].bytes += bytes;
    const timings = this.#timings.get(program) ?? [];
    if (kind === 'timing' && timings.length < MAX_TIMINGS) this.#timings.set(program, [...timings, key]);
  }

  async measurements(program: string, store: ObjectStore): Promise<ProgramMeasurements> {
    const keys = this.#timings.get(program) ?? [];
    const timings = await Promise.all(keys.map((key) => readTiming(store, key)));
    const pace = paceOf(timings.filter((timing) => timing !== undefined));
    return { bytes: this.#meanBytes(program), ...given({ pace }) };
  }

  #meanBytes(program: string): ProgramMeasurements['bytes'] {
    const sizes = this.#sizes.get(program);
    if (sizes === undefined) return {};
    return Object.fromEntries(
      KINDS.flatMap((kind) => {
        const { count, bytes } = sizes[kind];
        return count === 0 ? [] : [[kind, bytes / count]];
      }),
    );
  }
}

/** Milliseconds of an image's steps, and of its decoding; undefined for a document that is none, or had no steps. */
async function readTiming(
  store: ObjectStore,
  key: string,
): Promise<{ steps: number[]; final: number } | undefined> {
  try {
    const { stepDurations } = timingSchema.parse(JSON.parse((await store.get(key)).toString('utf8')));
    const { final, ...steps } = stepDurations;
    const durations = Object.values(steps);
    return final === undefined || durations.length === 0 ? undefined : { steps: durations, final };
  } catch (error) {
    // Damaged documents are the audit's affair.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

function paceOf(timings: readonly { steps: number[]; final: number }[]): Pace | undefined {
  if (timings.length === 0) return undefined;
  const steps = timings.flatMap((timing) => timing.steps);
  return {
    secondsPerStep: mean(steps) / 1000,
    finalSeconds: mean(timings.map(({ final }) => final)) / 1000,
    images: timings.length,
  };
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
