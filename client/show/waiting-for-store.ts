/**
 * The upload backlog: images that are generated and lie on a spool, not stored yet. Found by the same search
 * attributes that an operator uses in the Temporal Web UI.
 */
import type { Client } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../../domain/messages.js';
import { PREGEN_STATUS, PREGEN_VERSION_ID } from '../../domain/search-attributes.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';

/** The list query for a show's variants whose upload is not done; works in the Web UI as well. */
export const uploadingQuery = (show: { project: string; version: string }): string =>
  [
    `${PREGEN_VERSION_ID.name} = ${JSON.stringify(show.version)}`,
    `${PREGEN_STATUS.name} = "uploading"`,
    `WorkflowType = "${WORKFLOW_TYPES.variant}"`,
    'ExecutionStatus = "Running"',
    `WorkflowId STARTS_WITH ${JSON.stringify(`${showWorkflowId(show)}/`)}`,
  ].join(' AND ');

/** A show has at most so many variants in flight; beyond it, it is enough to count. */
const MAX_NAMED = 250;

export interface WaitingForStore {
  readonly count: number;
  /** Their workflow ids, up to {@link MAX_NAMED}. */
  readonly workflowIds: ReadonlySet<string>;
}

/** Looks up the backlog; the server's lists are about a second old. */
export async function waitingForStore(
  client: Client,
  show: { project: string; version: string },
): Promise<WaitingForStore> {
  const query = uploadingQuery(show);
  const { count } = await client.workflow.count(query);
  const workflowIds = new Set<string>();
  if (count > 0)
    for await (const { workflowId } of client.workflow.list({ query, pageSize: MAX_NAMED })) {
      workflowIds.add(workflowId);
      if (workflowIds.size === MAX_NAMED) break;
    }
  return { count, workflowIds };
}
