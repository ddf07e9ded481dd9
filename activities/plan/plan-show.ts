/**
 * Planning a show: what it consists of, what of that is selected, what is stored already, and what is left to generate, in
 * pages of which each is one execution's work.
 */
import { activityInfo } from '@temporalio/activity';
import pLimit from 'p-limit';
import { readDecisions } from '../../bookkeeping/decisions.js';
import { takeInventory } from '../../domain/inventory.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import { cuesPrefix, JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import { orderByModel, type PlanPage, pagesOf } from '../../domain/plan-pages.js';
import { InvalidInputError } from '../../domain/problems.js';
import type { CuePart, ShowPlan } from '../../domain/progress.js';
import { planPageKey, type ShowBundle } from '../../domain/show-bundle.js';
import { type CueTask, planCues } from '../../domain/show-plan.js';
import {
  EVERYTHING_MISSING,
  limitVariants,
  type ShowSelection,
  selectTasks,
} from '../../domain/show-selection.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { PlanActivities } from '../interfaces.js';
import { readJson } from './json.js';
import { countStored, variantChooser } from './plan-selection.js';
import { CONCURRENT_REQUESTS } from './stored-variants.js';

export async function planShow(
  store: ObjectStore,
  { bundleKey, selection = EVERYTHING_MISSING }: Parameters<PlanActivities['planShow']>[0],
  pageVariants: number | undefined,
  signal: AbortSignal,
): Promise<ShowPlan> {
  const { show, tasks } = await tasksOf(store, bundleKey, selection, signal);
  const prefix = cuesPrefix(show);
  const inventory = await takeInventory(prefix, store.list(prefix, { signal, keysOnly: true }));
  const decisions = await readDecisions(store, show, undefined, { signal });
  const choose = await variantChooser({ store, show, inventory, decisions }, selection, tasks, signal);
  const cues = limitVariants(orderByModel(tasks.flatMap(choose)), selection.limit);
  const planId = planIdOfActivity();
  const pages = pagesOf(cues, pageVariants);
  await writePages(store, show, planId, pages, signal);
  const toGenerate = cues.reduce((sum, { variantIds }) => sum + variantIds.length, 0);
  const stored = selection.mode === 'force' ? 0 : countStored(tasks, inventory, cues);
  return { planId, pages: pages.length, cues: cues.length, variants: stored + toGenerate, stored };
}

export async function refusalOfPart(
  store: ObjectStore,
  { bundleKey, selection = EVERYTHING_MISSING, part }: Parameters<PlanActivities['refusalOfPart']>[0],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { tasks } = await tasksOf(store, bundleKey, selection, signal);
  return refusal(tasks, part);
}

function refusal(tasks: readonly CueTask[], { cueId, variantId }: CuePart): string | undefined {
  try {
    const [task] = selectTasks(tasks, { mode: 'missing', cues: [cueId] });
    if (variantId === undefined || task === undefined || isVariantOf(task, variantId)) return undefined;
    return `cue ${cueId} has variants 1 to ${task.variants}, got ${variantId}`;
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
}

const isVariantOf = ({ variants }: CueTask, variantId: number): boolean =>
  Number.isInteger(variantId) && variantId >= 1 && variantId <= variants;

/** The show of a bundle, and those of its cues that are selected. */
export async function tasksOf(
  store: ObjectStore,
  bundleKey: string,
  selection: ShowSelection,
  signal: AbortSignal,
): Promise<{ show: ShowAddress; tasks: CueTask[] }> {
  const bundle = await readJson<ShowBundle>(store, bundleKey, signal);
  return { show: bundle.show, tasks: selectTasks(planCues(bundle.show, bundle.cues, bundle), selection) };
}

async function writePages(
  store: ObjectStore,
  show: ShowAddress,
  planId: string,
  pages: readonly PlanPage[],
  signal: AbortSignal,
): Promise<void> {
  const limit = pLimit(CONCURRENT_REQUESTS);
  const write = (page: PlanPage, number: number) =>
    store.put(planPageKey(show, planId, number), Buffer.from(JSON.stringify(page)), {
      contentType: JSON_CONTENT_TYPE,
      signal,
    });
  await Promise.all(pages.map((page, number) => limit(() => write(page, number))));
}

/** The same for every attempt, so that a retry overwrites the pages of the attempt before; another for the next plan of a run. */
function planIdOfActivity(): string {
  const { workflowExecution, activityId } = activityInfo();
  return `${workflowExecution?.runId ?? 'plan'}-${activityId}`;
}
