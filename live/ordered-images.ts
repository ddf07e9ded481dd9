/**
 * The images of all shows that are ordered, and which of them a GPU has in hand.
 */
import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { DenoiseHeartbeat } from '../domain/denoise-heartbeat.js';
import { WORKFLOW_TYPES } from '../domain/messages.js';
import type { VariantAddress } from '../domain/object-keys.js';
import { PREGEN_STATUS } from '../domain/search-attributes.js';
import { isSharedGpuQueue } from '../domain/task-queues.js';
import { variantOfWorkflow } from '../domain/workflow-ids.js';
import { lookAtImage } from './look-at-image.js';

export interface ImageOnGpu {
  readonly address: VariantAddress;
  readonly heartbeat: DenoiseHeartbeat;
}

export interface OrderedImages {
  readonly onGpus: readonly ImageOnGpu[];
  /** Shared task queues on which any of them has been ordered. */
  readonly queues: readonly string[];
}

/** Four shows with the widest window; looking at one image costs the server a request of a few milliseconds. */
const MOST_LOOKS = 1_000;
const LOOKS_AT_ONCE = 50;
const MOST_LISTED = 10_000;

const QUERY = `WorkflowType = "${WORKFLOW_TYPES.variant}" AND ExecutionStatus = "Running" AND ${PREGEN_STATUS.name} = "denoising"`;

export async function orderedImages(client: Client): Promise<OrderedImages> {
  const limit = pLimit(LOOKS_AT_ONCE);
  const looks = await Promise.all(
    (await oldestOrders(client)).map((address) =>
      limit(async () => ({ address, ...(await lookAtImage(client, address)) })),
    ),
  );
  return {
    onGpus: looks.flatMap(({ address, heartbeat }) =>
      heartbeat === undefined ? [] : [{ address, heartbeat }],
    ),
    queues: [...new Set(looks.flatMap(({ queue }) => queue ?? []))].filter(isSharedGpuQueue),
  };
}

/** The server lists the latest first, and these wait: on GPUs are those that were ordered before. */
async function oldestOrders(client: Client): Promise<VariantAddress[]> {
  const addresses: VariantAddress[] = [];
  for await (const { workflowId } of client.workflow.list({ query: QUERY, pageSize: MOST_LOOKS })) {
    const address = variantOfWorkflow(workflowId);
    if (address !== undefined) addresses.push(address);
    if (addresses.length === MOST_LISTED) break;
  }
  return addresses.slice(-MOST_LOOKS);
}
