/**
 * What a show will take: per cue how many variants, how many are stored already, and how many objects the whole
 * show will have. The same counts in `show plan`, `show status` and at the end of the demo. Only lists the store.
 */
import { readDecisions } from '../../bookkeeping/decisions.js';
import { countCue, reviewShow, type ShowReview } from '../../bookkeeping/review.js';
import type { StoredShow } from '../../bookkeeping/stale.js';
import { type Inventory, takeInventory } from '../../domain/inventory.js';
import { type KnownModels, plannedIterations } from '../../domain/iterations.js';
import { cuePrefix, cuesPrefix } from '../../domain/object-keys.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';
import { digestModels } from '../load/model-digests.js';
import type { Output } from '../terminal/output.js';

export interface PlannedCueReport {
  readonly cueId: string;
  readonly program: string;
  readonly prompt: string;
  readonly variants: number;
  readonly stored: number;
  /** Neither stored nor rejected. */
  readonly toGenerate: number;
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

/** What a show is counted against its store as, and what is decided of its images. */
export interface ReviewedPlan {
  readonly report: PlanReport;
  readonly review: ShowReview;
}

/** Counts a show against its store. */
export const reportPlan = (loaded: LoadedShow): Promise<PlanReport> =>
  inStoreOf(loaded, async (store) => {
    const prefix = cuesPrefix(loaded.show);
    const inventory = await takeInventory(prefix, store.list(prefix));
    return reportOf(loaded, { inventory, decisions: await readDecisions(store, loaded.show) });
  });

/** The same, and what is decided of what is stored, and what of it is stale. */
export const reviewPlan = (loaded: LoadedShow, output: Pick<Output, 'note'>): Promise<ReviewedPlan> =>
  inStoreOf(loaded, async (store) => {
    const prefix = cuesPrefix(loaded.show);
    return reviewInventory(loaded, store, await takeInventory(prefix, store.list(prefix)), output);
  });

/** The same, where it is known what is stored. */
export async function reviewInventory(
  loaded: LoadedShow,
  store: ObjectStore,
  inventory: Inventory,
  output: Pick<Output, 'note'>,
): Promise<ReviewedPlan> {
  const { show, tasks } = loaded;
  const decisions = await readDecisions(store, show);
  // Without a stored image there is nothing to compare a model with.
  const painted = { ...loaded, tasks: tasks.filter(({ cueId }) => inventory.has(cueId)) };
  const digests = await digestModels(painted, output);
  const review = await reviewShow(store, show, tasks, { inventory, decisions }, digests);
  return { report: reportOf(loaded, { inventory, decisions }), review };
}

function reportOf(loaded: LoadedShow, stored: StoredShow): PlanReport {
  const cues = loaded.tasks.map((task) => reportCue(task, stored));
  const total = (of: (cue: PlannedCueReport) => number): number => sum(cues.map(of));
  const objects = sum(loaded.tasks.map((task) => task.variants * objectsPerVariant(task, loaded)));
  const totals = {
    cues: cues.length,
    variants: total((cue) => cue.variants),
    stored: total((cue) => cue.stored),
    toGenerate: total((cue) => cue.toGenerate),
    objects,
  };
  return { cues, totals };
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

function reportCue(task: CueTask, show: StoredShow): PlannedCueReport {
  const { cueId, variants, settings } = task;
  const { stored, missing } = countCue(task, show);
  return {
    ...{ cueId, program: settings.program, prompt: settings.prompt, variants, stored },
    toGenerate: missing,
  };
}

/** final.png; with previews also timing.json and one PNG per iteration. */
export function objectsPerVariant({ settings }: CueTask, models: KnownModels): number {
  return settings.previews ? 2 + plannedIterations(models, settings) : 1;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
