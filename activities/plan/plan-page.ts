/**
 * One page of a plan, at both ends of its life: when it begins, what the store has by then, and what was rejected, is
 * left out (a plan may be hours old); when it ends, what it calls stored is looked for in the store.
 */
import { readDecisions } from '../../bookkeeping/decisions.js';
import { type CueDecisions, isRejected } from '../../domain/decisions.js';
import { type Inventory, isStored } from '../../domain/inventory.js';
import type { OpenedCue, OpenedPage, PlannedCue, PlanPage } from '../../domain/plan-pages.js';
import type { VariantName } from '../../domain/progress.js';
import { planPageKey } from '../../domain/show-bundle.js';
import { isInRanges } from '../../domain/variant-ranges.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { PageAddress, VariantSet } from '../interfaces.js';
import { readJson } from './json.js';
import { inventoryOf, sortByStored } from './stored-variants.js';

export async function openPage(
  store: ObjectStore,
  { project, version, planId, page, only }: PageAddress,
  signal: AbortSignal,
): Promise<OpenedPage> {
  const show = { project, version };
  const planned = await readJson<PlanPage>(store, planPageKey(show, planId, page), signal);
  const cues = only === undefined ? planned.cues : planned.cues.flatMap((cue) => onlyOf(cue, only));
  const [inventory, decisions] = await Promise.all([
    inventoryOf(store, { ...show, cues: cues.map(variantsOf) }, signal),
    readDecisions(store, show, new Set(cues.map(({ task }) => task.cueId)), { signal }),
  ]);
  const opened = cues.map((cue) => openCue(cue, inventory, decisions.get(cue.task.cueId)));
  const count = (of: readonly { variantIds: readonly number[] }[]) =>
    of.reduce((sum, { variantIds }) => sum + variantIds.length, 0);
  return {
    cues: opened.filter(({ variantIds }) => variantIds.length > 0),
    skipped: count(cues) - count(opened),
  };
}

export async function findUnstored(
  store: ObjectStore,
  variants: VariantSet,
  signal: AbortSignal,
): Promise<VariantName[]> {
  return sortByStored(await inventoryOf(store, variants, signal), variants).unstored;
}

const variantsOf = ({ task, variantIds }: PlannedCue) => ({
  cueId: task.cueId,
  of: task.variants,
  previews: task.settings.previews,
  variantIds,
});

function onlyOf(cue: PlannedCue, only: NonNullable<PageAddress['only']>): PlannedCue[] {
  const rest = only.find(({ cueId }) => cueId === cue.task.cueId);
  if (rest === undefined) return [];
  const isLeft = (id: number) => isInRanges(rest.variants, id);
  return [{ ...cue, variantIds: cue.variantIds.filter(isLeft), replace: cue.replace.filter(isLeft) }];
}

function openCue(
  { task, variantIds, replace }: PlannedCue,
  inventory: Inventory,
  decisions: CueDecisions | undefined,
): OpenedCue {
  const stored = inventory.get(task.cueId);
  const isMissing = (id: number) => !isStored(stored?.get(id), task.settings.previews);
  const isWanted = (id: number) => !isRejected(decisions, id) && (replace.includes(id) || isMissing(id));
  const wanted = variantIds.filter(isWanted);
  return {
    task,
    variantIds: wanted,
    replace: wanted.filter((id) => replace.includes(id)),
    partial: wanted.filter((id) => stored?.has(id) === true),
    ...seedsOf(wanted, decisions),
  };
}

/** Nothing if no take of them was chosen. */
function seedsOf(
  variantIds: readonly number[],
  decisions: CueDecisions | undefined,
): Pick<OpenedCue, 'seeds'> {
  const chosen = variantIds.flatMap((id) => {
    const seed = decisions?.get(id)?.seed;
    return seed === undefined ? [] : [[id, seed] as const];
  });
  return chosen.length === 0 ? {} : { seeds: Object.fromEntries(chosen) };
}
