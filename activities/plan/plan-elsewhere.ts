/**
 * What runs without being a child of the asking workflow: variants that were started by hand, a show that was running when
 * its schedule fired. The asking workflow looks now and then; no activity waits on a slot for something to end.
 */
import { type Client, type WorkflowExecutionStatusName, WorkflowNotFoundError } from '@temporalio/client';
import pLimit from 'p-limit';
import type { VariantName } from '../../domain/progress.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import type { RunEnd } from '../../domain/workflow-outcome.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { PlanActivities, VariantSet } from '../interfaces.js';
import { CONCURRENT_REQUESTS, inventoryOf, sortByStored } from './stored-variants.js';

/** First who runs, then what is stored: a variant that ends in between is seen in the store. */
export async function lookAtVariants(
  { client, store }: { client: Client; store: ObjectStore },
  { project, version, cues }: VariantSet,
  signal: AbortSignal,
): Promise<{ running: VariantName[]; stored: VariantName[] }> {
  const show = { project, version };
  const names = cues.flatMap(({ cueId, variantIds }) =>
    variantIds.map((variantId) => ({ cueId, variantId })),
  );
  const limit = pLimit(CONCURRENT_REQUESTS);
  const ends = await Promise.all(
    names.map((name) =>
      limit(() => lookAtRun(client, { workflowId: variantWorkflowId({ ...show, ...name }) })),
    ),
  );
  const running = names.filter((_, index) => ends[index]?.status === 'running');
  const isRunning = (cueId: string, variantId: number) =>
    running.some((name) => name.cueId === cueId && name.variantId === variantId);
  const ended = {
    ...show,
    cues: cues.map((cue) => ({
      ...cue,
      variantIds: cue.variantIds.filter((variantId) => !isRunning(cue.cueId, variantId)),
    })),
  };
  return { running, stored: sortByStored(await inventoryOf(store, ended, signal), ended).stored };
}

export async function lookAtRun(
  client: Client,
  { workflowId, runId }: Parameters<PlanActivities['lookAtRun']>[0],
): Promise<RunEnd> {
  try {
    const { status, raw } = await client.workflow.getHandle(workflowId).describe();
    const firstRunId = raw.workflowExecutionInfo?.firstRunId ?? '';
    const isAnother = runId !== undefined && runId !== firstRunId;
    return { runId: firstRunId, status: isAnother ? 'superseded' : (STATUS[status.name] ?? 'failed') };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { status: 'not found' };
    throw error;
  }
}

const STATUS: Partial<Record<WorkflowExecutionStatusName, RunEnd['status']>> = {
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed out',
};
