/**
 * What happens to a show, drawn from a seed: how it is made, and what people do to it before it is left alone. A seed fixes
 * what is done in which order, not at which instruction of the show it arrives.
 */
import { type Random, seededRandom } from '../support/seeded-random.mjs';
import type { SampleProgram } from '../workflows/samples.js';

/** What a show generates. */
export interface Edition {
  readonly cues: number;
  readonly variants: number;
}

export interface Action {
  readonly name: ActionName;
  /** How long until the next one, in milliseconds. */
  readonly pauseMs: number;
  /** Which cue, which variant, how many: each action takes what it needs. */
  readonly numbers: readonly [number, number, number];
}

export interface Scenario {
  readonly edition: Edition;
  readonly window: number;
  readonly maxFailures: number | undefined;
  /** Variants whose images come out broken at first, as cue and variant number. */
  readonly broken: readonly (readonly [number, number])[];
  readonly actions: readonly Action[];
}

const ACTION_WEIGHTS = {
  pause: 3,
  resume: 4,
  setWindow: 4,
  pauseCue: 3,
  resumeCue: 3,
  retry: 3,
  acceptChanges: 2,
  cancelPart: 2,
  cancelCue: 1,
  cancelVariant: 1,
  terminateVariant: 1,
  startVariant: 4,
  startCue: 1,
  startAgain: 4,
  startForced: 1,
  storm: 3,
  cancelShow: 2,
  terminateShow: 3,
  terminateAndStart: 4,
  endPage: 2,
} as const;
export type ActionName = keyof typeof ACTION_WEIGHTS;

const WEIGHTED_ACTIONS = Object.entries(ACTION_WEIGHTS).flatMap(([name, weight]) =>
  Array<ActionName>(weight).fill(name as ActionName),
);

export const programOf = (cue: number): SampleProgram => (cue % 3 === 2 ? 'P4' : 'P0');

export function drawScenario(seed: number): Scenario {
  const random = seededRandom(seed);
  const edition = { cues: between(random, 1, 5), variants: between(random, 1, 5) };
  const broken = Array.from({ length: between(random, 0, 3) }, () => [
    between(random, 0, edition.cues - 1),
    between(random, 1, edition.variants),
  ]) as [number, number][];
  return {
    edition,
    window: between(random, 1, 6),
    maxFailures: random() < 0.3 ? between(random, 0, 2) : undefined,
    broken,
    actions: Array.from({ length: between(random, 3, 12) }, () => drawAction(random)),
  };
}

function drawAction(random: Random): Action {
  const name = WEIGHTED_ACTIONS[Math.floor(random() * WEIGHTED_ACTIONS.length)] ?? 'startAgain';
  const pauseMs = random() < 0.4 ? 0 : random() * 1_200;
  return { name, pauseMs, numbers: [between(random, 0, 9), between(random, 0, 9), between(random, 0, 9)] };
}

const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));
