/**
 * The schedule of faults. It depends on the seed only, so that a seed that has found a fault of the program finds it again. Random
 * choices of a fault (which file, which request) come from another generator, so that the number of requests does not change
 * the schedule.
 */
import { type Random, seededRandom } from '../support/seeded-random.mjs';

export interface Strike<Fault> {
  readonly fault: Fault;
  /** Pause before the next fault, in milliseconds. */
  readonly pauseMs: number;
  /** Whether the fault ends after the pause, or lasts during the next one. */
  readonly mends: boolean;
  /** For the fault's own use. */
  readonly random: Random;
}

/** Pauses between two faults in milliseconds: some are shorter than the recovery from the fault before, some longer. */
const LEAST_PAUSE_MS = 500;
const MOST_PAUSE_MS = 6_000;
const MENDED_SHARE = 0.7;

/** An endless sequence of faults; equal for equal seeds. */
export function* schedule<Fault>(
  faults: readonly [Fault, ...Fault[]],
  seed: number,
): Generator<Strike<Fault>> {
  const random = seededRandom(seed);
  for (;;) {
    yield {
      fault: faults[Math.floor(random() * faults.length)] ?? faults[0],
      pauseMs: LEAST_PAUSE_MS + random() * (MOST_PAUSE_MS - LEAST_PAUSE_MS),
      mends: random() < MENDED_SHARE,
      random: seededRandom(Math.floor(random() * 2 ** 32)),
    };
  }
}
