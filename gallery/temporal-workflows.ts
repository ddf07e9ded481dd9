/**
 * What a Temporal server adds to the gallery: which variants are in flight, where their workflows can be looked at,
 * and having marked variants generated again.
 */

import { randomInt } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import pLimit from 'p-limit';
import { given } from '../domain/given.js';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../domain/messages.js';
import type { Patience } from '../domain/patience.js';
import { PRIORITY } from '../domain/priorities.js';
import { MAX_SEED } from '../domain/seeds.js';
import type { ShowBundle } from '../domain/show-bundle.js';
import { type CueTask, planCues, requestVariant } from '../domain/show-plan.js';
import { variantStartOptions } from '../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../domain/task-queues.js';
import { showWorkflowId } from '../domain/workflow-ids.js';
import { lookAtImage } from '../live/look-at-image.js';
import { listRunningVariants } from '../live/running-variants.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { GalleryWorkflows } from './gallery.js';
import { HttpError } from './http.js';
import type { Regenerate, VariantChoice } from './server.js';
import { scanStore } from './store-scan.js';

const RUNNING = `WorkflowType = '${WORKFLOW_TYPES.variant}' AND ExecutionStatus = 'Running'`;

/** A server on a laptop takes this many at once in its stride. */
const CONCURRENT_STARTS = 16;

/** What all image tools can show and take back. */

interface Show {
  readonly project: string;
  readonly version: string;
}

/** @param webUi prefix of a workflow's page, ending in `/workflows/`; undefined where nobody knows it */
export function temporalWorkflows(
  client: Client,
  store: ObjectStore,
  webUi: string | undefined,
): GalleryWorkflows {
  return {
    inFlight: (show) => variantsInFlight(client, show),
    live: {
      running: (show) => listRunningVariants(client, show),
      look: (address) => lookAtImage(client, address),
    },
    regenerate: regenerateFrom(client, store),
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

/** The same show, from the bundle it was last started with; new seeds, because the same ones would make the same images. */
const regenerateFrom =
  (client: Client, store: ObjectStore): Regenerate =>
  async (show, variants) => {
    const { tasks, patience } = await readShow(store, show);
    const chosen = variants.map((choice) => ({ task: taskOf(tasks, choice), choice }));
    const limit = pLimit(CONCURRENT_STARTS);
    const started = await Promise.all(
      chosen.map(({ task, choice }) => limit(() => start(client, task, choice.variantId, patience))),
    );
    return describe(started.filter((isNew) => isNew).length, variants.length);
  };

interface KnownShow {
  readonly tasks: ReadonlyMap<string, CueTask>;
  readonly patience: Patience;
}

async function readShow(store: ObjectStore, show: Show): Promise<KnownShow> {
  const prefix = `${show.project}/${show.version}/pregen/bundles/`;
  const key = [...(await scanStore(store, prefix)).values()][0]?.bundle?.key;
  if (key === undefined)
    throw new HttpError(
      404,
      `the store has no show bundle of ${show.project}/${show.version}: start the show once`,
    );
  const bundle = JSON.parse((await store.get(key)).toString('utf8')) as ShowBundle;
  const tasks = planCues(bundle.show, bundle.cues, bundle).map((task) => [task.cueId, task] as const);
  return { tasks: new Map(tasks), patience: bundle.show.patience };
}

function taskOf(tasks: ReadonlyMap<string, CueTask>, { cueId, variantId }: VariantChoice): CueTask {
  const task = tasks.get(cueId);
  if (task === undefined) throw new HttpError(404, `the show has no cue "${cueId}"`);
  if (variantId > task.variants)
    throw new HttpError(404, `cue ${cueId} has variants 1 to ${task.variants}, not ${variantId}`);
  return task;
}

/** Returns false if the variant is being generated already. */
async function start(client: Client, task: CueTask, variantId: number, patience: Patience): Promise<boolean> {
  const request = requestVariant(task, variantId, randomInt(MAX_SEED + 1));
  try {
    await client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
      ...variantStartOptions(request),
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ request, replaces: true, patience }],
      priority: { priorityKey: PRIORITY.byHand },
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

function describe(started: number, asked: number): string {
  const words = `${started} ${started === 1 ? 'variant is' : 'variants are'} being generated again`;
  return started === asked ? `${words}.` : `${words}; ${asked - started} were in flight already.`;
}

/** Where the Web UI of Temporal Cloud is; undefined for any other server, whose Web UI may be anywhere. */
export const cloudWebUi = (address: string): string | undefined =>
  /(\.tmprl\.cloud|\.temporal\.io)(:\d+)?$/.test(address) ? 'https://cloud.temporal.io' : undefined;

/** Prefix of a workflow's page in the Web UI at `webUi`. */
export const workflowPages = (webUi: string, namespace: string): string =>
  `${webUi.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/`;
