/**
 * Which variants of a cue a plan takes up: the missing, of these the failed, or all of them again. What failed is
 * asked of the Temporal server, which remembers every workflow that ended badly.
 */
import type { Client } from '@temporalio/client';
import { type Inventory, isStored, missingVariants } from '../domain/inventory.js';
import { WORKFLOW_TYPES } from '../domain/messages.js';
import type { PlannedCue } from '../domain/progress.js';
import { PREGEN_VERSION_ID } from '../domain/search-attributes.js';
import type { CueTask } from '../domain/show-plan.js';
import type { ShowSelection } from '../domain/show-selection.js';
import { showWorkflowId, variantWorkflowId } from '../domain/workflow-ids.js';

type ShowAddress = { readonly project: string; readonly version: string };

/** A function from a cue to what is to be generated of it: one planned cue, or none. */
export async function variantChooser(
  client: Client,
  show: ShowAddress,
  { mode, failedSince }: ShowSelection,
  inventory: Inventory,
): Promise<(task: CueTask) => PlannedCue[]> {
  const missing = (task: CueTask) => missingVariants(task, inventory).variantIds;
  if (mode === 'missing') return (task) => planned(task, missing(task), inventory);
  if (mode === 'force') return (task) => planned(task, allVariants(task), inventory);
  const failed = await failedVariants(client, show, failedSince);
  const candidates = failedSince === undefined ? missing : allVariants;
  return (task) => {
    const hasFailed = (variantId: number) => failed.has(variantWorkflowId({ ...task, variantId }));
    return planned(task, candidates(task).filter(hasFailed), inventory);
  };
}

/** How many variants of these cues are stored and not planned. */
export function countStored(
  tasks: readonly CueTask[],
  inventory: Inventory,
  cues: readonly PlannedCue[],
): number {
  const isIn = (task: CueTask) => (variantId: number) =>
    isStored(inventory.get(task.cueId)?.get(variantId), task.settings.previews);
  const stored = tasks.map((task) => allVariants(task).filter(isIn(task)).length);
  const again = cues.map(({ task, variantIds }) => variantIds.filter(isIn(task)).length);
  return [...stored, ...again.map((number) => -number)].reduce((sum, number) => sum + number, 0);
}

function planned(task: CueTask, variantIds: readonly number[], inventory: Inventory): PlannedCue[] {
  const stored = inventory.get(task.cueId);
  const partial = variantIds.filter((id) => stored?.has(id) === true);
  return variantIds.length === 0 ? [] : [{ task, variantIds, partial }];
}

/** Workflow ids of variants that ended badly; a cancelled one did what somebody wanted. */
async function failedVariants(
  client: Client,
  show: ShowAddress,
  since: string | undefined,
): Promise<ReadonlySet<string>> {
  const query = [
    `${PREGEN_VERSION_ID.name} = ${JSON.stringify(show.version)}`,
    `WorkflowType = "${WORKFLOW_TYPES.variant}"`,
    'ExecutionStatus IN ("Failed", "TimedOut", "Terminated")',
    ...(since === undefined ? [] : [`StartTime >= "${since}"`]),
  ].join(' AND ');
  const failed = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query }))
    if (workflowId.startsWith(`${showWorkflowId(show)}/`)) failed.add(workflowId);
  return failed;
}

const allVariants = ({ variants }: CueTask): number[] =>
  Array.from({ length: variants }, (_, index) => index + 1);
