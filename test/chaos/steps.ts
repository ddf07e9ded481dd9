/**
 * Counts steps that were computed more than once, from the notes that the engine processes write (see `preload.mjs`).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const noteSchema = z.object({
  what: z.enum(['computed', 'durable']),
  rendition: z.string(),
  step: z.int().min(1),
});
export type StepNote = z.infer<typeof noteSchema>;

export interface StepCount {
  /** Different steps that were computed. */
  readonly onePass: number;
  /** Computed again because a kill came before they were durable: the engine may be some steps ahead of the disk. */
  readonly inFlight: number;
  /** Computed again after they had been durable. */
  readonly recomputed: number;
  /** The renditions of those steps. */
  readonly recomputedIn: readonly string[];
}

/** Reads `steps.jsonl`, without a line that a kill has cut off. */
export async function readStepNotes(folder: string): Promise<StepNote[]> {
  const text = await readFile(join(folder, 'steps.jsonl'), 'utf8');
  return text.split('\n').flatMap((line) => {
    try {
      return [noteSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

export function countSteps(notes: readonly StepNote[]): StepCount {
  const computed = new Set<string>();
  const durable = new Set<string>();
  const recomputedIn = new Set<string>();
  let [inFlight, recomputed] = [0, 0];
  for (const { what, rendition, step } of notes) {
    const name = `${rendition} ${step}`;
    if (what === 'durable') durable.add(name);
    else if (durable.has(name)) {
      recomputed += 1;
      recomputedIn.add(rendition);
    } else if (computed.has(name)) inFlight += 1;
    if (what === 'computed') computed.add(name);
  }
  return { onePass: computed.size, inFlight, recomputed, recomputedIn: [...recomputedIn] };
}
