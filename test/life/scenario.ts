/**
 * A random scenario for a show: its size, and the actions of operators on it. A seed determines the actions and their order, but
 * not what the show is doing when one arrives.
 */
import { type Random, seededRandom } from '../support/seeded-random.mjs';
import type { SampleProgram } from '../workflows/samples.js';

/** Size of a show. */
export interface Edition {
  readonly cues: number;
  readonly variants: number;
  /** Of the model of P4, if it has one of its own. */
  readonly queue?: string;
}

export interface Action {
  readonly name: ActionName;
  /** Pause before the next action, in milliseconds. */
  readonly pauseMs: number;
  /** Random numbers for the action: for example which cue, which variant, how many. */
  readonly numbers: readonly [number, number, number];
}

export interface Scenario {
  readonly edition: Edition;
  readonly window: number;
  readonly maxFailures: number | undefined;
  /** Variants whose images are NaN until all actions are done, as cue and variant number. */
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
