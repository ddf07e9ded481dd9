/**
 * Changes the course of a running show. What is said to be done has been confirmed by the show.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import {
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  retryFailedUpdate,
  setWindowUpdate,
} from '../domain/messages.js';
import type { ShowAddress } from '../domain/object-keys.js';
import { showWorkflowId } from '../domain/workflow-ids.js';
import { isRunning, latestRun } from '../live/latest-run.js';
import { sendUpdate } from './send-update.js';
import { SteeringError } from './steering-error.js';

/** What was done: `ID is paused: …`. */
export interface Steered {
  /** Of the show, or as that of a cue. */
  readonly workflowId: string;
  readonly words: string;
}

/** Each of these throws a SteeringError if the show does not run, or nobody answers. */
export async function pauseShow(client: Client, show: ShowAddress, cueId?: string): Promise<Steered> {
  if (cueId === undefined) {
    await tell(client, show, pauseUpdate, []);
    return steered(show, 'is paused: variants in flight finish, no further ones start');
  }
  await tell(client, show, pauseCueUpdate, [{ cueId }]);
  const words =
    'is paused: its variants in flight finish, no further ones start; the rest of the show goes on';
  return steered(show, words, cueId);
}

export async function resumeShow(client: Client, show: ShowAddress, cueId?: string): Promise<Steered> {
  if (cueId === undefined) await tell(client, show, resumeUpdate, []);
  else await tell(client, show, resumeCueUpdate, [{ cueId }]);
  return steered(show, 'goes on', cueId);
}

export async function setWindow(client: Client, show: ShowAddress, window: number): Promise<Steered> {
  await tell(client, show, setWindowUpdate, [window]);
  return steered(show, `has up to ${window} variants in flight from now on`);
}

/** Returns how many have failed so far. */
export const retryFailed = (client: Client, show: ShowAddress): Promise<number> =>
  tell(client, show, retryFailedUpdate, []);

/** What a running show says to that. */
export const retriedWords = (workflowId: string, failed: number): string =>
  failed === 0
    ? `Nothing has failed in this run of ${workflowId} so far.`
    : `${workflowId} generates what failed again after its other variants; ${failed} failed so far.`;

function steered(show: ShowAddress, done: string, cueId?: string): Steered {
  const workflowId = showWorkflowId(show) + (cueId === undefined ? '' : `/${cueId}`);
  return { workflowId, words: `${workflowId} ${done}.` };
}

async function tell<Result, Args extends unknown[]>(
  client: Client,
  show: ShowAddress,
  update: UpdateDefinition<Result, Args>,
  args: Args,
): Promise<Result> {
  const workflowId = showWorkflowId(show);
  if (!isRunning(await latestRun(client, workflowId))) throw notRunning(workflowId);
  try {
    return await sendUpdate(client, { workflowId, update, args });
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? notRunning(workflowId) : error;
  }
}

const notRunning = (workflowId: string): SteeringError =>
  new SteeringError(`${workflowId} is not running, so there is nothing to change.`);
