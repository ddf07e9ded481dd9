/**
 * The shows that run, and how many of their images are left.
 */
import type { Client } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../domain/messages.js';
import type { ShowAddress } from '../domain/object-keys.js';
import { sumOf } from '../domain/progress.js';
import { showOfWorkflow } from '../domain/workflow-ids.js';
import { askShow } from './running-show.js';

export interface ShowLeft {
  readonly show: ShowAddress;
  /** Variants that are not stored, failed or cancelled; undefined while it plans, or while no orchestrator answers. */
  readonly left: number | undefined;
  readonly paused: boolean;
}

const MOST_SHOWS = 100;
const QUERY = `WorkflowType = "${WORKFLOW_TYPES.show}" AND ExecutionStatus = "Running"`;

export async function runningShows(client: Client): Promise<ShowLeft[]> {
  const shows: ShowAddress[] = [];
  for await (const { workflowId } of client.workflow.list({ query: QUERY, pageSize: MOST_SHOWS })) {
    const show = showOfWorkflow(workflowId);
    if (show !== undefined) shows.push(show);
    if (shows.length === MOST_SHOWS) break;
  }
  return Promise.all(shows.map((show) => leftOf(client, show)));
}

async function leftOf(client: Client, show: ShowAddress): Promise<ShowLeft> {
  const progress = await askShow(client, show);
  if (progress === undefined || progress.phase === 'planning')
    return { show, left: undefined, paused: false };
  return { show, left: progress.planned - sumOf(progress), paused: progress.phase === 'paused' };
}
