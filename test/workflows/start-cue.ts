/** Starts a cue of its own, without a show around it. */
import type { WorkflowHandle } from '@temporalio/client';
import { type CueWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import type { CueTask } from '../../domain/show-plan.js';
import { cueStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import type { Rig } from './rig.js';
import { PATIENCE, sampleTask } from './samples.js';

export interface StartedCue {
  readonly task: CueTask;
  readonly handle: WorkflowHandle<CueWorkflow>;
  /** The workflow of one of its variants. */
  child(variantId: number): WorkflowHandle;
}

/** Starts a cue whose variants, numbered from 1, are all missing. */
export async function startSampleCue(
  { client }: Rig,
  version: string,
  { variants = 6, window = 2 } = {},
): Promise<StartedCue> {
  const task = sampleTask(version, variants);
  const variantIds = Array.from({ length: variants }, (_, index) => index + 1);
  const handle = await client.workflow.start<CueWorkflow>(WORKFLOW_TYPES.cue, {
    ...cueStartOptions(task),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ task, variantIds, partial: [], window, patience: PATIENCE }],
  });
  const child = (variantId: number) => client.workflow.getHandle(variantWorkflowId({ ...task, variantId }));
  return { task, handle, child };
}
