/**
 * Which fault strikes when: drawn from the seed alone, so that a seed that has found something finds it again. What a
 * fault does with chance of its own (which file, which request) comes from a generator of its own, lest the number of
 * requests that happen to be made change what strikes next.
 */
import { type Random, seededRandom } from '../support/seeded-random.mjs';

export interface Strike<Fault> {
  readonly fault: Fault;
  /** How long until the next one, in milliseconds. */
  readonly pauseMs: number;
  /** Whether the damage ends then, or goes on beside the next. */
  readonly mends: boolean;
  /** For the fault's own use. */
  readonly random: Random;
}

/** Between two faults: some strike while the one before is being healed, some after. In milliseconds. */
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
