/**
 * `pregen show cancel FILE [CUE [VARIANT]]`: stops a show, a cue or a variant, whoever runs it: the show, a run of the cue by
 * hand, a variant by hand. The device stops after the step in hand; what is stored stays stored.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { given } from '../../domain/given.js';
import { cancelPartUpdate, WORKFLOW_TYPES } from '../../domain/messages.js';
import type { CuePart } from '../../domain/progress.js';
import { PREGEN_CUE_ID } from '../../domain/search-attributes.js';
import type { CueTask } from '../../domain/show-plan.js';
import { cueWorkflowId, showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';
import { checkVariant, findCue } from '../load/find-cue.js';
import { loadShow } from '../load/load-show.js';
import { withTemporal } from '../temporal/connect.js';
import { isRunning, latestRun } from '../temporal/latest-run.js';
import { sendUpdate } from '../temporal/send-update.js';
import { CommandError } from '../terminal/describe-error.js';
import type { Output } from '../terminal/output.js';
import type { ShowPart } from './show-steering.js';

export async function cancelShow(
  file: string,
  { cue, variant }: ShowPart,
  output: Output,
): Promise<undefined> {
  const loaded = await loadShow(file);
  const workflowId = await withTemporal(({ client }) => {
    if (cue === undefined) return cancelWhole(client, showWorkflowId(loaded.show));
    const task = findCue(loaded, cue, 'show cancel');
    if (variant !== undefined) checkVariant(task, variant, 'show cancel');
    return cancelPart(client, task, variant);
  });
  output.result(
    { workflowId, steering: 'cancel' },
    `${workflowId} is being cancelled: the device stops after the step in hand; what is stored stays stored.`,
  );
  return undefined;
}

async function cancelWhole(client: Client, workflowId: string): Promise<string> {
  if (!(await cancelIfRunning(client, workflowId))) throw notRunning(workflowId);
  return workflowId;
}

async function cancelPart(client: Client, task: CueTask, variantId: number | undefined): Promise<string> {
  const part = { cueId: task.cueId, ...given({ variantId }) };
  const workflowId =
    variantId === undefined ? cueWorkflowId(task) : variantWorkflowId({ ...task, variantId });
  const told = [
    await tellShow(client, showWorkflowId(task), part),
    await tellShow(client, cueWorkflowId(task), part),
    ...(variantId === undefined
      ? await cancelVariantsOf(client, task)
      : [await cancelIfRunning(client, workflowId)]),
  ];
  if (!told.includes(true)) throw notRunning(workflowId);
  return workflowId;
}

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

/** Those that somebody has started by hand as well. */
async function cancelVariantsOf(client: Client, task: CueTask): Promise<boolean[]> {
  const query = [
    `WorkflowType = "${WORKFLOW_TYPES.variant}"`,
    `${PREGEN_CUE_ID.name} = ${JSON.stringify(task.cueId)}`,
    'ExecutionStatus = "Running"',
  ].join(' AND ');
  const cancelled: boolean[] = [];
  for await (const { workflowId } of client.workflow.list({ query }))
    if (workflowId.startsWith(`${cueWorkflowId(task)}/`))
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

const notRunning = (workflowId: string): CommandError =>
  new CommandError(`${workflowId} is not running, so there is nothing to cancel.`);
