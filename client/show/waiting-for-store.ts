/**
 * The upload backlog: images that are generated and lie on a spool, not stored yet. Counted by the same search
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

export async function countWaitingForStore(
  client: Client,
  show: { project: string; version: string },
): Promise<number> {
  return (await client.workflow.count(uploadingQuery(show))).count;
}
