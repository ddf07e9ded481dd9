/**
 * The variants of a show that run, whoever started them: the show, a cue that is tried again, a person. Found by the same
 * search attributes that an operator uses in the Temporal Web UI; the server's lists are about a second old.
 */
import type { Client } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../../domain/messages.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import { PREGEN_STATUS, PREGEN_VERSION_ID } from '../../domain/search-attributes.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';

export interface RunningVariant {
  readonly cueId: string;
  readonly variantId: number;
  /** Generated and on a spool, not stored yet. */
  readonly uploading: boolean;
}

export interface RunningVariants {
  /** The latest of them. */
  readonly variants: readonly RunningVariant[];
  /** The upload backlog: how many are generated and not stored yet. */
  readonly uploading: number;
}

/** As many as a show has in flight at most; beyond it, it is enough to count. */
const MAX_LISTED = 250;

/** The list query for a show's variants that run; works in the Web UI as well. */
const runningQuery = (show: ShowAddress): string =>
  [
    `${PREGEN_VERSION_ID.name} = ${JSON.stringify(show.version)}`,
    `WorkflowType = "${WORKFLOW_TYPES.variant}"`,
    'ExecutionStatus = "Running"',
    `WorkflowId STARTS_WITH ${JSON.stringify(`${showWorkflowId(show)}/`)}`,
  ].join(' AND ');

export async function runningVariants(client: Client, show: ShowAddress): Promise<RunningVariants> {
  const query = runningQuery(show);
  const [variants, { count }] = await Promise.all([
    list(client, show, query),
    client.workflow.count(`${query} AND ${PREGEN_STATUS.name} = "uploading"`),
  ]);
  return { variants, uploading: count };
}

async function list(client: Client, show: ShowAddress, query: string): Promise<RunningVariant[]> {
  const variants: RunningVariant[] = [];
  const prefix = `${showWorkflowId(show)}/`;
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({
    query,
    pageSize: MAX_LISTED,
  })) {
    const [, cueId, number] = /^([^/]+)\/(\d+)$/.exec(workflowId.slice(prefix.length)) ?? [];
    if (cueId === undefined) continue;
    const uploading = typedSearchAttributes.get(PREGEN_STATUS) === 'uploading';
    variants.push({ cueId, variantId: Number(number), uploading });
    if (variants.length === MAX_LISTED) break;
  }
  return variants;
}
