/**
 * What a show will take: per cue how many variants, how many are stored already, and how many objects the whole
 * show will have. The same counts in `show plan`, `show status` and at the end of the demo. Only lists the store.
 */
import { type Inventory, isStored, takeInventory } from '../../domain/inventory.js';
import { type KnownModels, plannedIterations } from '../../domain/iterations.js';
import { cuePrefix, cuesPrefix } from '../../domain/object-keys.js';
import type { CueTask } from '../../domain/show-plan.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';

export interface PlannedCueReport {
  readonly cueId: string;
  readonly program: string;
  readonly prompt: string;
  readonly variants: number;
  readonly stored: number;
}

export interface PlanTotals {
  readonly cues: number;
  readonly variants: number;
  readonly stored: number;
  readonly toGenerate: number;
  /** Objects of the whole show once everything is stored. */
  readonly objects: number;
}

export interface PlanReport {
  readonly cues: readonly PlannedCueReport[];
  readonly totals: PlanTotals;
}

/** Counts a show against its store. */
export async function reportPlan(loaded: LoadedShow): Promise<PlanReport> {
  return reportInventory(loaded, await inventoryOf(loaded));
}

/** Counts a show against what is known to be stored. */
export function reportInventory(loaded: LoadedShow, inventory: Inventory): PlanReport {
  const cues = loaded.tasks.map((task) => reportCue(task, inventory));
  const variants = sum(cues.map((cue) => cue.variants));
  const stored = sum(cues.map((cue) => cue.stored));
  const objects = sum(loaded.tasks.map((task) => task.variants * objectsPerVariant(task, loaded)));
  return { cues, totals: { cues: cues.length, variants, stored, toGenerate: variants - stored, objects } };
}

/** Lists what the store holds of the show's images, or of one cue's. */
export async function inventoryOf(
  { show, configuration }: LoadedShow,
  cue?: Pick<CueTask, 'project' | 'version' | 'cueId'>,
): Promise<Inventory> {
  return inStoreOf({ configuration }, async (store) => {
    const prefix = cuesPrefix(show);
    return await takeInventory(prefix, store.list(cue === undefined ? prefix : cuePrefix(cue)));
  });
}

function reportCue(task: CueTask, inventory: Inventory): PlannedCueReport {
  const { cueId, variants, settings } = task;
  const found = inventory.get(cueId);
  const stored = Array.from({ length: variants }, (_, index) => found?.get(index + 1)).filter((variant) =>
    isStored(variant, settings.previews),
  ).length;
  return { cueId, program: settings.program, prompt: settings.prompt, variants, stored };
}

/** final.png; with previews also timing.json and one PNG per iteration. */
export function objectsPerVariant({ settings }: CueTask, models: KnownModels): number {
  return settings.previews ? 2 + plannedIterations(models, settings) : 1;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
