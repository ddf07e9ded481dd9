/**
 * Planning: what a show consists of, what is stored already, what is left to generate, in pages that the show
 * workflow reads one at a time. Also the questions that only a client of the Temporal server can answer.
 */
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { missingVariants, takeInventory } from '../domain/inventory.js';
import type { CueWorkflow, ShowWorkflow, VariantWorkflow } from '../domain/messages.js';
import { cuePrefix, cuesPrefix, JSON_CONTENT_TYPE } from '../domain/object-keys.js';
import { orderByModel, pagesOf } from '../domain/plan-pages.js';
import type { PlannedCue, PlanPage, ShowPlan } from '../domain/progress.js';
import { planPageKey, type ShowBundle } from '../domain/show-bundle.js';
import { planCues } from '../domain/show-plan.js';
import { EVERYTHING_MISSING, limitVariants, selectTasks } from '../domain/show-selection.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { PlanActivities } from './interfaces.js';
import { awaitWorkflow } from './plan-await.js';
import { asPlanFailures } from './plan-failures.js';
import { isSpoolPolled } from './plan-pollers.js';
import { countStored, variantChooser } from './plan-selection.js';
import { withPulse } from './pulse.js';

export interface PlanPorts {
  readonly store: ObjectStore;
  readonly client: Client;
}

export function createPlanActivities({ store, client }: PlanPorts): PlanActivities {
  const order = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    asPlanFailures(() => withPulse(undefined, () => work(cancellationSignal())));
  return {
    planShow: (input) => order((signal) => planShow({ store, client }, input, signal)),
    readPlanPage: ({ project, version, planId, page }) =>
      order((signal) => readJson<PlanPage>(store, planPageKey({ project, version }, planId, page), signal)),
    recheckCue: (planned) => order((signal) => recheckCue(store, planned, signal)),
    awaitCue: (workflowId) => order((signal) => awaitWorkflow<CueWorkflow>(client, workflowId, signal)),
    awaitVariant: (workflowId) =>
      order((signal) => awaitWorkflow<VariantWorkflow>(client, workflowId, signal)),
    awaitShow: (workflowId) => order((signal) => awaitWorkflow<ShowWorkflow>(client, workflowId, signal)),
    isSpoolServed: (spoolId) => order(() => isSpoolPolled(client, spoolId)),
  };
}

async function planShow(
  { store, client }: PlanPorts,
  { bundleKey, selection = EVERYTHING_MISSING }: Parameters<PlanActivities['planShow']>[0],
  signal: AbortSignal,
): Promise<ShowPlan> {
  const bundle = await readJson<ShowBundle>(store, bundleKey, signal);
  const tasks = selectTasks(planCues(bundle.show, bundle.cues, bundle), selection);
  const prefix = cuesPrefix(bundle.show);
  const inventory = await takeInventory(prefix, store.list(prefix, { signal }));
  const choose = await variantChooser(client, bundle.show, selection, inventory);
  const cues = limitVariants(orderByModel(tasks.flatMap(choose)), selection.limit);
  const planId = planIdOfActivity();
  const pages = pagesOf(cues);
  await writePages(store, bundle.show, planId, pages, signal);
  const toGenerate = sum(cues.map((cue) => cue.variantIds.length));
  const stored = selection.mode === 'force' ? 0 : countStored(tasks, inventory, cues);
  return { planId, pages: pages.length, cues: cues.length, variants: stored + toGenerate, stored };
}

async function recheckCue(
  store: ObjectStore,
  { task, variantIds }: PlannedCue,
  signal: AbortSignal,
): Promise<PlannedCue> {
  const inventory = await takeInventory(cuesPrefix(task), store.list(cuePrefix(task), { signal }));
  return { task, ...missingVariants(task, inventory, variantIds) };
}

async function writePages(
  store: ObjectStore,
  show: { project: string; version: string },
  planId: string,
  pages: readonly PlanPage[],
  signal: AbortSignal,
): Promise<void> {
  for (const [number, page] of pages.entries()) {
    const body = Buffer.from(JSON.stringify(page));
    await store.put(planPageKey(show, planId, number), body, { contentType: JSON_CONTENT_TYPE, signal });
  }
}

/** What this project itself has written; its shape is not checked again. */
async function readJson<T>(store: ObjectStore, key: string, signal: AbortSignal): Promise<T> {
  return JSON.parse((await store.get(key, { signal })).toString('utf8'));
}

/** The same for every attempt, so that a retry overwrites the pages of the attempt before; another for the next plan of a run. */
function planIdOfActivity(): string {
  const { workflowExecution, activityId } = activityInfo();
  return `${workflowExecution?.runId ?? 'plan'}-${activityId}`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
