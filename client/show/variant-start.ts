/**
 * `pregen variant start FILE CUE VARIANT`: generates one image now, before the backlog of any show.
 */

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { isStored } from '../../domain/inventory.js';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { PRIORITY } from '../../domain/priorities.js';
import { type CueTask, requestVariant } from '../../domain/show-plan.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { checkVariant, findCue } from '../load/find-cue.js';
import { inStoreOf } from '../load/in-store-of.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { noteAbsentModels, refuseAbsentModels } from '../plan/absent-models.js';
import { noteCutPrompts } from '../plan/cut-prompts.js';
import { inventoryOf } from '../plan/plan-report.js';
import { uploadPictures } from '../show/upload-bundle.js';
import { withTemporal } from '../temporal/connect.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

export interface VariantStartOptions {
  readonly file: string;
  readonly cue: string;
  readonly variant: number;
  readonly seed?: number;
  readonly force?: boolean;
  readonly remoteModels?: boolean;
}

/** Exit code 1 if a seed was asked for and another image is in its place. */
export async function variantStart(
  options: VariantStartOptions,
  output: Output,
): Promise<ExitCode | undefined> {
  const loaded = await loadShow(options.file);
  const task = findCue(loaded, options.cue, 'variant start');
  const { variant, force, remoteModels } = options;
  checkVariant(task, variant, 'variant start');
  if (remoteModels === true) noteAbsentModels(loaded, output);
  else refuseAbsentModels(loaded);
  await noteCutPrompts({ ...loaded, tasks: [task] }, output);
  const stored = (await inventoryOf(loaded, task)).get(task.cueId)?.get(variant);
  const { workflowId } = variantStartOptions(requestVariant(task, variant));
  if (isStored(stored, task.settings.previews) && force !== true) {
    const seed = options.seed === undefined ? '' : `, and seed ${options.seed} was not used`;
    const again = `pregen variant start ${options.file} ${task.cueId} ${variant} --force${options.seed === undefined ? '' : ` --seed ${options.seed}`}`;
    output.result(
      { workflowId, started: false, stored: true },
      `${workflowId} is stored already${seed}; "${again}" replaces it.`,
    );
    return options.seed === undefined ? undefined : EXIT.failed;
  }
  const started = await startVariant(loaded, task, options, stored !== undefined);
  const words = started
    ? `Started ${workflowId}, before the backlog of any show.`
    : `${workflowId} is running already.`;
  output.result({ workflowId, started, stored: false }, words);
  return undefined;
}

async function startVariant(
  loaded: LoadedShow,
  task: CueTask,
  { variant, seed }: VariantStartOptions,
  replaces: boolean,
): Promise<boolean> {
  const request = requestVariant(task, variant, seed);
  await inStoreOf(loaded, async (store) => {
    await uploadPictures(loaded, store);
  });
  return withTemporal(async ({ client }) => {
    try {
      await client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
        ...variantStartOptions(request),
        taskQueue: ORCHESTRATION_QUEUE,
        args: [{ request, replaces, patience: loaded.show.patience }],
        priority: { priorityKey: PRIORITY.byHand },
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  });
}
