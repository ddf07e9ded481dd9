/**
 * Generates again exactly what an audit found wrong: writes a plan of these variants into the store and starts the
 * show's workflow with it, so that a repair runs, is watched and is steered like any show.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import { orderByModel, type PlannedCue, pagesOf } from '../../domain/plan-pages.js';
import type { ShowPlan } from '../../domain/progress.js';
import { planPageKey } from '../../domain/show-bundle.js';
import { showStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { isRunning, latestRun } from '../../live/latest-run.js';
import { DEFAULT_WINDOW } from '../../steering/start-run.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { inStoreOf } from '../load/in-store-of.js';
import type { LoadedShow } from '../load/load-show.js';
import { uploadBundle } from '../show/upload-bundle.js';
import type { TemporalSession } from '../temporal/connect.js';
import { CommandError } from '../terminal/describe-error.js';
import type { AuditReport, ConcernedCue } from './audit-show.js';

export interface Repair {
  readonly workflowId: string;
  /** Variants that are generated again. */
  readonly variants: number;
}

/** Refuses to repair a show that runs: what it has not generated yet would look missing. */
export async function refuseRunning({ client }: TemporalSession, { show }: LoadedShow): Promise<void> {
  const workflowId = showWorkflowId(show);
  if (isRunning(await latestRun(client, workflowId))) throw stillRunning(workflowId);
}

/** Starts the variants concerned; undefined if there are none. */
export async function repairShow(
  { client }: TemporalSession,
  loaded: LoadedShow,
  { concerned, variants }: AuditReport,
): Promise<Repair | undefined> {
  const cues = orderByModel(plannedCues(loaded, concerned));
  const repaired = cues.reduce((sum, { variantIds }) => sum + variantIds.length, 0);
  if (repaired === 0) return undefined;
  const counts = { cues: cues.length, variants: variants.planned, stored: variants.planned - repaired };
  const { plan, bundleKey } = await storePlan(loaded, cues, counts);
  const options = showStartOptions(loaded.show);
  const { project, version, patience } = loaded.show;
  try {
    await client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
      ...options,
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ project, version, bundleKey, window: DEFAULT_WINDOW, patience, plan }],
      memo: { bundleKey },
    });
  } catch (error) {
    throw error instanceof WorkflowExecutionAlreadyStartedError ? stillRunning(options.workflowId) : error;
  }
  return { workflowId: options.workflowId, variants: repaired };
}

function plannedCues({ tasks }: LoadedShow, concerned: readonly ConcernedCue[]): PlannedCue[] {
  const byCue = new Map(concerned.map((cue) => [cue.cueId, cue]));
  return tasks.flatMap((task) => {
    const cue = byCue.get(task.cueId);
    if (cue === undefined) return [];
    const variantIds = ascending(cue.variantIds);
    // Whatever is wrong with them, they may look stored.
    return [{ task, variantIds, replace: variantIds }];
  });
}

async function storePlan(
  loaded: LoadedShow,
  cues: readonly PlannedCue[],
  counts: Pick<ShowPlan, 'cues' | 'variants' | 'stored'>,
): Promise<{ plan: ShowPlan; bundleKey: string }> {
  return inStoreOf(loaded, async (store) => {
    const bundleKey = await uploadBundle(loaded, store);
    const planId = `repair-${randomUUID()}`;
    const pages = await writePages(store, loaded, planId, cues);
    return { plan: { planId, pages, ...counts }, bundleKey };
  });
}

async function writePages(
  store: ObjectStore,
  { show }: LoadedShow,
  planId: string,
  cues: readonly PlannedCue[],
): Promise<number> {
  const pages = pagesOf(cues);
  for (const [number, page] of pages.entries()) {
    const body = Buffer.from(JSON.stringify(page));
    await store.put(planPageKey(show, planId, number), body, { contentType: JSON_CONTENT_TYPE });
  }
  return pages.length;
}

const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

const stillRunning = (workflowId: string): CommandError =>
  new CommandError(
    `${workflowId} is running, so what it has not generated yet would be repaired as well; audit again when it is done.`,
  );
