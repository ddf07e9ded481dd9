/**
 * Which variants of a cue a plan takes up: the missing, the failed, or all of them again. What failed is remembered in the
 * store, beside the images.
 */
import { type Inventory, isStored, missingVariants } from '../../domain/inventory.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import type { PlannedCue } from '../../domain/plan-pages.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ShowSelection } from '../../domain/show-selection.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { listFailures } from './remembered-failures.js';

/** A function from a cue to what is to be generated of it: one planned cue, or none. */
export async function variantChooser(
  store: ObjectStore,
  show: ShowAddress,
  { mode, failedIn }: ShowSelection,
  inventory: Inventory,
  signal: AbortSignal,
): Promise<(task: CueTask) => PlannedCue[]> {
  const planned = (task: CueTask, variantIds: number[]): PlannedCue[] => {
    const replace = mode === 'missing' ? [] : variantIds.filter((id) => isWhole(task, inventory, id));
    return variantIds.length === 0 ? [] : [{ task, variantIds, replace }];
  };
  if (mode === 'missing') return (task) => planned(task, missingVariants(task, inventory).variantIds);
  if (mode === 'force') return (task) => planned(task, allVariants(task));
  const failures = await listFailures(store, show, failedIn, signal);
  const failed = new Set(failures.map(({ cueId, variantId }) => `${cueId}/${variantId}`));
  return (task) =>
    planned(
      task,
      allVariants(task).filter((id) => failed.has(`${task.cueId}/${id}`)),
    );
}

/** How many variants of these cues are stored and not planned. */
export function countStored(
  tasks: readonly CueTask[],
  inventory: Inventory,
  cues: readonly PlannedCue[],
): number {
  const stored = tasks.map((task) => allVariants(task).filter((id) => isWhole(task, inventory, id)).length);
  const again = cues.map(({ replace }) => replace.length);
  return [...stored, ...again.map((number) => -number)].reduce((sum, number) => sum + number, 0);
}

const isWhole = ({ cueId, settings }: CueTask, inventory: Inventory, variantId: number): boolean =>
  isStored(inventory.get(cueId)?.get(variantId), settings.previews);

const allVariants = ({ variants }: CueTask): number[] =>
  Array.from({ length: variants }, (_, index) => index + 1);
