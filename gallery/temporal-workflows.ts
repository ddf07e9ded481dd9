/**
 * What a Temporal server adds to the gallery: the variants in flight, links to their workflows in the Web UI, generating and
 * choosing takes, and steering.
 */
import type { Client } from '@temporalio/client';
import { given } from '../domain/given.js';
import { WORKFLOW_TYPES } from '../domain/messages.js';
import { showWorkflowId } from '../domain/workflow-ids.js';
import { chooseTakeByWorkflow } from '../live/choose-take.js';
import { lookAtImage } from '../live/look-at-image.js';
import { listRunningVariants } from '../live/running-variants.js';
import { startImage } from '../live/start-image.js';
import type { GalleryWorkflows } from './gallery.js';
import { runsOf } from './temporal-runs.js';
import { steerBy } from './temporal-steering.js';

const RUNNING = `WorkflowType = '${WORKFLOW_TYPES.variant}' AND ExecutionStatus = 'Running'`;

interface Show {
  readonly project: string;
  readonly version: string;
}

/** @param webUi prefix of a workflow's page, ending in `/workflows/`; undefined if it is not known */
export function temporalWorkflows(client: Client, webUi: string | undefined): GalleryWorkflows {
  return {
    inFlight: (show) => variantsInFlight(client, show),
    live: {
      running: (show) => listRunningVariants(client, show),
      look: (address) => lookAtImage(client, address),
    },
    takes: {
      start: async (input) => (await startImage(client, input)).started,
      choose: (address, seed) => chooseTakeByWorkflow(client, address, seed),
    },
    run: runsOf(client),
    steerIn: (store) => steerBy(client, store),
    ...given({ webUi }),
  };
}

async function variantsInFlight(client: Client, show: Show): Promise<ReadonlySet<string>> {
  const prefix = `${showWorkflowId(show)}/`;
  const running = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: RUNNING }))
    if (workflowId.startsWith(prefix)) running.add(workflowId.slice(prefix.length));
  return running;
}

/** Address of Temporal Cloud's Web UI; undefined for any other server, whose Web UI may be anywhere. */
export const cloudWebUi = (address: string): string | undefined =>
  /(\.tmprl\.cloud|\.temporal\.io)(:\d+)?$/.test(address) ? 'https://cloud.temporal.io' : undefined;

/** Prefix of a workflow's page in the Web UI at `webUi`. */
export const workflowPages = (webUi: string, namespace: string): string =>
  `${webUi.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/`;
