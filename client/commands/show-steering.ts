/**
 * `pregen show pause|resume|set-window FILE` and `pregen show cancel FILE [CUE [VARIANT]]`: changes the course of what
 * is running.
 */
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { pauseUpdate, resumeUpdate, type ShowWorkflow, setWindowUpdate } from '../../domain/messages.js';
import { cueWorkflowId, showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';
import { CommandError } from '../cli/describe-error.js';
import type { Output } from '../cli/output.js';
import { type LoadedShow, loadShow } from '../load-show.js';
import { checkVariant, findCue } from '../show/find-cue.js';
import { isRunning, latestRun } from '../show/latest-run.js';
import { withTemporal } from '../temporal/connect.js';

type ShowHandle = WorkflowHandle<ShowWorkflow>;

interface Steering {
  readonly name: 'pause' | 'resume' | 'set-window' | 'cancel';
  act(show: ShowHandle): Promise<unknown>;
  readonly done: string;
}

/** A part of a show: one cue, or one variant of it. */
export interface ShowPart {
  readonly cue?: string | undefined;
  readonly variant?: number | undefined;
}

export const pauseShow = (file: string, output: Output): Promise<undefined> =>
  steer(file, output, {
    name: 'pause',
    act: (show) => show.executeUpdate(pauseUpdate),
    done: 'is paused: variants in flight finish, no further ones start',
  });

export const resumeShow = (file: string, output: Output): Promise<undefined> =>
  steer(file, output, {
    name: 'resume',
    act: (show) => show.executeUpdate(resumeUpdate),
    done: 'goes on',
  });

export const setShowWindow = (file: string, window: number, output: Output): Promise<undefined> =>
  steer(file, output, {
    name: 'set-window',
    act: (show) => show.executeUpdate(setWindowUpdate, { args: [window] }),
    done: `has up to ${window} variants in flight from now on`,
  });

export const cancelShow = (file: string, part: ShowPart, output: Output): Promise<undefined> =>
  steer(
    file,
    output,
    {
      name: 'cancel',
      act: (workflow) => workflow.cancel(),
      done: 'is being cancelled: the device stops after the step in hand; what is stored stays stored',
    },
    part,
  );

async function steer(
  file: string,
  output: Output,
  { name, act, done }: Steering,
  part: ShowPart = {},
): Promise<undefined> {
  const workflowId = workflowIdOf(await loadShow(file), part);
  await withTemporal(async ({ client }) => {
    if (!isRunning(await latestRun(client, workflowId))) throw notRunning(workflowId, part);
    await act(client.workflow.getHandle<ShowWorkflow>(workflowId)).catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? notRunning(workflowId, part) : error;
    });
  });
  output.result({ workflowId, steering: name }, `${workflowId} ${done}.`);
  return undefined;
}

function workflowIdOf(loaded: LoadedShow, { cue, variant }: ShowPart): string {
  if (cue === undefined) return showWorkflowId(loaded.show);
  const task = findCue(loaded, cue, 'show cancel');
  if (variant === undefined) return cueWorkflowId(task);
  checkVariant(task, variant, 'show cancel');
  return variantWorkflowId({ ...task, variantId: variant });
}

/** A part of a running show may not have had its turn. */
const notRunning = (workflowId: string, { cue }: ShowPart): CommandError =>
  new CommandError(
    `${workflowId} is not running, so there is nothing to change${cue === undefined ? '' : '; a running show that has not come to it yet still will'}.`,
  );
