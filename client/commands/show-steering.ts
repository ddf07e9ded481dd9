/**
 * `pregen show pause|resume FILE [CUE]`, `pregen show set-window FILE` and `pregen show cancel FILE [CUE [VARIANT]]`: changes the course of what
 * is running.
 */
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import {
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  type ShowWorkflow,
  setWindowUpdate,
} from '../../domain/messages.js';
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
  /** What is said to have been steered, if not the workflow that was told. */
  readonly named?: string;
}

/** A part of a show: one cue, or one variant of it. */
export interface ShowPart {
  readonly cue?: string | undefined;
  readonly variant?: number | undefined;
}

export const pauseShow = (file: string, cue: string | undefined, output: Output): Promise<undefined> =>
  cue === undefined
    ? steer(file, output, {
        name: 'pause',
        act: (show) => show.executeUpdate(pauseUpdate),
        done: 'is paused: variants in flight finish, no further ones start',
      })
    : steerCue(file, cue, output, {
        name: 'pause',
        act: (show, args) => show.executeUpdate(pauseCueUpdate, { args }),
        done: 'is paused: its variants in flight finish, no further ones start; the rest of the show goes on',
      });

export const resumeShow = (file: string, cue: string | undefined, output: Output): Promise<undefined> =>
  cue === undefined
    ? steer(file, output, {
        name: 'resume',
        act: (show) => show.executeUpdate(resumeUpdate),
        done: 'goes on',
      })
    : steerCue(file, cue, output, {
        name: 'resume',
        act: (show, args) => show.executeUpdate(resumeCueUpdate, { args }),
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
  { name, act, done, named }: Steering,
  part: ShowPart = {},
): Promise<undefined> {
  const workflowId = workflowIdOf(await loadShow(file), part);
  await withTemporal(async ({ client }) => {
    if (!isRunning(await latestRun(client, workflowId))) throw notRunning(workflowId, part);
    await act(client.workflow.getHandle<ShowWorkflow>(workflowId)).catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? notRunning(workflowId, part) : error;
    });
  });
  const steered = named ?? workflowId;
  output.result({ workflowId: steered, steering: name }, `${steered} ${done}.`);
  return undefined;
}

/** Through its show, which deals the slots: what the cue were told directly would hold until the next deal only. */
async function steerCue(
  file: string,
  cue: string,
  output: Output,
  {
    act,
    ...steering
  }: Omit<Steering, 'act'> & {
    act(show: ShowHandle, args: [{ cueId: string }]): Promise<unknown>;
  },
): Promise<undefined> {
  const { cueId, ...address } = findCue(await loadShow(file), cue, `show ${steering.name}`);
  const named = cueWorkflowId({ ...address, cueId });
  return steer(file, output, { ...steering, act: (show) => act(show, [{ cueId }]), named });
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
