/**
 * `pregen show pause|resume FILE [CUE]` and `pregen show set-window FILE`: changes the course of a running show. What is
 * said to be done has been confirmed by the show.
 */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import {
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  setWindowUpdate,
} from '../../domain/messages.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { isRunning, latestRun } from '../../live/latest-run.js';
import { sendUpdate } from '../../steering/send-update.js';
import { findCue } from '../load/find-cue.js';
import { loadShow } from '../load/load-show.js';
import { withTemporal } from '../temporal/connect.js';
import { CommandError } from '../terminal/describe-error.js';
import type { Output } from '../terminal/output.js';

/** A part of a show as people type it: one cue, or one variant of it. */
export interface ShowPart {
  readonly cue?: string | undefined;
  readonly variant?: number | undefined;
}

interface Steering<Args extends unknown[]> {
  readonly name: 'pause' | 'resume' | 'set-window';
  readonly update: UpdateDefinition<void, Args>;
  readonly args: Args;
  readonly done: string;
  /** What is said to have been steered, if not the show. */
  readonly named?: string;
}

export const pauseShow = (file: string, cue: string | undefined, output: Output): Promise<undefined> =>
  cue === undefined
    ? steer(file, output, {
        name: 'pause',
        update: pauseUpdate,
        args: [],
        done: 'is paused: variants in flight finish, no further ones start',
      })
    : steerCue(file, cue, output, {
        name: 'pause',
        update: pauseCueUpdate,
        done: 'is paused: its variants in flight finish, no further ones start; the rest of the show goes on',
      });

export const resumeShow = (file: string, cue: string | undefined, output: Output): Promise<undefined> =>
  cue === undefined
    ? steer(file, output, { name: 'resume', update: resumeUpdate, args: [], done: 'goes on' })
    : steerCue(file, cue, output, { name: 'resume', update: resumeCueUpdate, done: 'goes on' });

export const setShowWindow = (file: string, window: number, output: Output): Promise<undefined> =>
  steer(file, output, {
    name: 'set-window',
    update: setWindowUpdate,
    args: [window],
    done: `has up to ${window} variants in flight from now on`,
  });

async function steer<Args extends unknown[]>(
  file: string,
  output: Output,
  { name, update, args, done, named }: Steering<Args>,
): Promise<undefined> {
  const workflowId = showWorkflowId((await loadShow(file)).show);
  await withTemporal(async ({ client }) => {
    if (!isRunning(await latestRun(client, workflowId))) throw notRunning(workflowId);
    await sendUpdate(client, { workflowId, update, args }).catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? notRunning(workflowId) : error;
    });
  });
  const steered = named ?? workflowId;
  output.result({ workflowId: steered, steering: name }, `${steered} ${done}.`);
  return undefined;
}

async function steerCue(
  file: string,
  cue: string,
  output: Output,
  steering: Omit<Steering<[{ cueId: string }]>, 'args' | 'named'>,
): Promise<undefined> {
  const { show, tasks } = await loadShow(file);
  const { cueId } = findCue({ tasks }, cue, `show ${steering.name}`);
  return steer(file, output, { ...steering, args: [{ cueId }], named: `${showWorkflowId(show)}/${cueId}` });
}

const notRunning = (workflowId: string): CommandError =>
  new CommandError(`${workflowId} is not running, so there is nothing to change.`);
