/**
 * The variants of a show that run, however they were started: by the show, a cue that is tried again, a person. Found by the same
 * search attributes that an operator uses in the Temporal Web UI; the server's lists are about a second old.
 */
import type { Client } from '@temporalio/client';
import { given } from '../domain/given.js';
import { WORKFLOW_TYPES } from '../domain/messages.js';
import type { ShowAddress, VariantAddress } from '../domain/object-keys.js';
import type { VariantName } from '../domain/progress.js';
import { PREGEN_STATUS, PREGEN_VERSION_ID } from '../domain/search-attributes.js';
import { showWorkflowId, variantOfWorkflow } from '../domain/workflow-ids.js';

/** A variant of a show, or a take of one. */
export type ImageName = VariantName & Pick<VariantAddress, 'take'>;

/** A name without anything else. */
export const nameOf = ({ cueId, variantId, take }: ImageName): ImageName => ({
  cueId,
  variantId,
  ...given({ take }),
});

/** Tells images of one show apart. */
export const keyOf = ({ cueId, variantId, take }: ImageName): string =>
  take === undefined ? `${cueId}/${variantId}` : `${cueId}/${variantId}/${take}`;

export interface RunningVariant extends ImageName {
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
  const [variants, { count }] = await Promise.all([
    listRunningVariants(client, show),
    client.workflow.count(`${runningQuery(show)} AND ${PREGEN_STATUS.name} = "uploading"`),
  ]);
  return { variants, uploading: count };
}

/** The latest of them. */
export async function listRunningVariants(client: Client, show: ShowAddress): Promise<RunningVariant[]> {
  const variants: RunningVariant[] = [];
  const query = runningQuery(show);
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({
    query,
    pageSize: MAX_LISTED,
  })) {
    const variant = variantOfWorkflow(workflowId);
    if (variant === undefined) continue;
    const uploading = typedSearchAttributes.get(PREGEN_STATUS) === 'uploading';
    variants.push({ ...nameOf(variant), uploading });
    if (variants.length === MAX_LISTED) break;
  }
  return variants;
}
