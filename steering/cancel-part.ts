/**
 * Stops a show, a cue, a variant or a take, whoever runs it: the show, a run of the cue by hand, a person. The device stops
 * after the step in hand; what is stored stays stored.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { cancelPartUpdate, WORKFLOW_TYPES } from '../domain/messages.js';
import type { ShowAddress, VariantAddress } from '../domain/object-keys.js';
import type { CuePart } from '../domain/progress.js';
import { PREGEN_CUE_ID } from '../domain/search-attributes.js';
import { cueWorkflowId, showWorkflowId, variantWorkflowId } from '../domain/workflow-ids.js';
import { isRunning, latestRun } from '../live/latest-run.js';
import { sendUpdate } from './send-update.js';
import { SteeringError } from './steering-error.js';

export type CueAddress = Omit<VariantAddress, 'variantId' | 'take'>;

/** Each of these returns the id of the workflow that it cancelled, and throws a SteeringError if nothing runs. */
export async function cancelWholeShow(client: Client, show: ShowAddress): Promise<string> {
  const workflowId = showWorkflowId(show);
  return refuseIfNone(workflowId, [await cancelIfRunning(client, workflowId)]);
}

export async function cancelCue(client: Client, cue: CueAddress): Promise<string> {
  const told = await tellShows(client, cue, { cueId: cue.cueId });
  return refuseIfNone(cueWorkflowId(cue), [...told, ...(await cancelVariantsOf(client, cue))]);
}

/** A take beside the chosen one is no part of any show: nobody else has to be told. */
export async function cancelImage(client: Client, image: VariantAddress): Promise<string> {
  const { cueId, variantId, take } = image;
  const workflowId = variantWorkflowId(image);
  const told = take === undefined ? await tellShows(client, image, { cueId, variantId }) : [];
  return refuseIfNone(workflowId, [...told, await cancelIfRunning(client, workflowId)]);
}

/** The show, and the run of the cue by hand. */
const tellShows = async (client: Client, cue: CueAddress, part: CuePart): Promise<boolean[]> => [
  await tellShow(client, showWorkflowId(cue), part),
  await tellShow(client, cueWorkflowId(cue), part),
];

/** A running show counts the part as cancelled, whether it has begun or not. Returns false if none runs, or has the part. */
async function tellShow(client: Client, workflowId: string, part: CuePart): Promise<boolean> {
  if (!isRunning(await latestRun(client, workflowId))) return false;
  try {
    await sendUpdate(client, { workflowId, update: cancelPartUpdate, args: [part] });
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Those that an operator has started by hand as well. */
async function cancelVariantsOf(client: Client, cue: CueAddress): Promise<boolean[]> {
  const query = [
    `WorkflowType = "${WORKFLOW_TYPES.variant}"`,
    `${PREGEN_CUE_ID.name} = ${JSON.stringify(cue.cueId)}`,
    'ExecutionStatus = "Running"',
  ].join(' AND ');
  const cancelled: boolean[] = [];
  for await (const { workflowId } of client.workflow.list({ query }))
    if (workflowId.startsWith(`${cueWorkflowId(cue)}/`))
      cancelled.push(await cancelIfRunning(client, workflowId));
  return cancelled;
}

async function cancelIfRunning(client: Client, workflowId: string): Promise<boolean> {
  if (!isRunning(await latestRun(client, workflowId))) return false;
  try {
    await client.workflow.getHandle(workflowId).cancel();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

function refuseIfNone(workflowId: string, cancelled: readonly boolean[]): string {
  if (cancelled.includes(true)) return workflowId;
  throw new SteeringError(`${workflowId} is not running, so there is nothing to cancel.`);
}
