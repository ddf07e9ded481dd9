/**
 * The summary of a chaos run: images, faults, steps computed again, and what is left.
 */
import { describeMemory, type MemoryOfRole } from '../support/resident-memory.js';
import type { StepCount } from './steps.js';

export interface ChaosOutcome {
  readonly seed: number;
  readonly seconds: number;
  readonly shows: number;
  readonly variants: number;
  /** Names of the faults, in order. */
  readonly struck: readonly string[];
  /** Previews that were damaged on the spool, and missing until the repair. */
  readonly leftOut: number;
  readonly steps: StepCount;
  readonly memory: readonly MemoryOfRole[];
  readonly orphans: readonly number[];
  /** Renditions left on the spool. */
  readonly spool: readonly string[];
}

export function describeOutcome(outcome: ChaosOutcome): string {
  const { seed, seconds, shows, variants, struck, leftOut, steps, memory, orphans, spool } = outcome;
  const { onePass, recomputed, inFlight } = steps;
  return [
    `chaos with seed ${seed}, ${Math.round(seconds)} s: ${shows} shows, ${variants} variants, all stored as in the calm run`,
    `${struck.length} faults:`,
    ...tally(struck).map(([name, times]) => `  ${String(times).padStart(4)} × ${name}`),
    `${leftOut} previews were damaged before they were stored; their variants were degraded, then repaired`,
    `${onePass} steps in one pass; computed again: ${recomputed} that were durable (${percent(recomputed, onePass)}), ` +
      `${inFlight} in flight at kills (${percent(inFlight, onePass)})`,
    ...describeMemory(memory),
    `orphans: ${orphans.length === 0 ? 'none' : orphans.join(', ')}; left on the spool: ${spool.length === 0 ? 'nothing' : spool.join(', ')}`,
  ].join('\n');
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '0 %' : `${((part / whole) * 100).toFixed(2)} %`;

/** Most frequent first. */
function tally(names: readonly string[]): [string, number][] {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].sort(([, left], [, right]) => right - left);
}
