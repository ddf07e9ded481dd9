/**
 * Which variants of a cue a plan takes up: the missing, the failed, the stale, or all of them again. What failed is remembered in the
 * store, beside the images.
 */
import { findStale, type StoredShow } from '../../bookkeeping/stale.js';
import { isRejected } from '../../domain/decisions.js';
import { type Inventory, isStored, missingVariants } from '../../domain/inventory.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import type { PlannedCue } from '../../domain/plan-pages.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ShowSelection } from '../../domain/show-selection.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { listFailures } from './remembered-failures.js';

/** What the store holds of the show, and what is decided of it. */
export interface StoreOfShow extends StoredShow {
  readonly store: ObjectStore;
  readonly show: ShowAddress;
}

/** A function from a cue to what is to be generated of it: one planned cue, or none. What is rejected is not. */
export async function variantChooser(
  stored: StoreOfShow,
  selection: ShowSelection,
  tasks: readonly CueTask[],
  signal: AbortSignal,
): Promise<(task: CueTask) => PlannedCue[]> {
  const { inventory, decisions } = stored;
  const idsOf = await selected(stored, selection, tasks, signal);
  return (task) => {
    const variantIds = idsOf(task).filter((id) => !isRejected(decisions.get(task.cueId), id));
    const replace =
      selection.mode === 'missing' ? [] : variantIds.filter((id) => isWhole(task, inventory, id));
    return variantIds.length === 0 ? [] : [{ task, variantIds, replace }];
  };
}

async function selected(
  { store, show, inventory, decisions }: StoreOfShow,
  { mode, failedIn, modelDigests }: ShowSelection,
  tasks: readonly CueTask[],
  signal: AbortSignal,
): Promise<(task: CueTask) => number[]> {
  switch (mode) {
    case 'missing':
      return (task) => missingVariants(task, inventory).variantIds;
    case 'force':
      return allVariants;
    case 'stale': {
      const stale = await findStale(store, show, tasks, { inventory, decisions }, modelDigests, { signal });
      return ({ cueId }) => [...(stale.get(cueId)?.keys() ?? [])].sort((a, b) => a - b);
    }
    case 'failed': {
      const failures = await listFailures(store, show, failedIn, signal);
      const failed = new Set(failures.map(({ cueId, variantId }) => `${cueId}/${variantId}`));
      return (task) => allVariants(task).filter((id) => failed.has(`${task.cueId}/${id}`));
    }
  }
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
