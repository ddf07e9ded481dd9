/**
 * `pregen show pause|resume|cancel FILE`: changes the course of a running show.
 */
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { pauseUpdate, resumeUpdate, type ShowWorkflow } from '../../domain/messages.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { CommandError } from '../cli/describe-error.js';
import type { Output } from '../cli/output.js';
import { loadShow } from '../load-show.js';
import { latestRun } from '../show/show-status.js';
import { withTemporal } from '../temporal/connect.js';

export type Steering = 'pause' | 'resume' | 'cancel';

type ShowHandle = WorkflowHandle<ShowWorkflow>;

const STEERING: Readonly<Record<Steering, { act(show: ShowHandle): Promise<unknown>; done: string }>> = {
  pause: {
    act: (show) => show.executeUpdate(pauseUpdate),
    done: 'is paused: variants in flight finish, no further ones start',
  },
  resume: { act: (show) => show.executeUpdate(resumeUpdate), done: 'goes on' },
  cancel: {
    act: (show) => show.cancel(),
    done: 'is being cancelled: the device stops after the step in hand; what is stored stays stored',
  },
};

export async function steerShow(steering: Steering, file: string, output: Output): Promise<undefined> {
  const loaded = await loadShow(file);
  const workflowId = showWorkflowId(loaded.show);
  const { act, done } = STEERING[steering];
  await withTemporal(async ({ client }) => {
    if ((await latestRun(client, workflowId)) !== 'RUNNING') throw notRunning(workflowId);
    await act(client.workflow.getHandle<ShowWorkflow>(workflowId)).catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? notRunning(workflowId) : error;
    });
  });
  output.result({ workflowId, steering }, `${workflowId} ${done}.`);
  return undefined;
}

const notRunning = (workflowId: string): CommandError =>
  new CommandError(`${workflowId} is not running, so there is nothing to change.`);
