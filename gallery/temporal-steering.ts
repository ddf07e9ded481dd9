/**
 * Carries out the page's steering requests on a Temporal server.
 */
import type { Client } from '@temporalio/client';
import { readCueDecisions } from '../bookkeeping/decisions.js';
import { listRememberedFailures } from '../bookkeeping/remembered-failures.js';
import { given } from '../domain/given.js';
import type { ShowAddress } from '../domain/object-keys.js';
import { requestVariant } from '../domain/show-plan.js';
import { showStartOptions } from '../domain/start-options.js';
import { showWorkflowId } from '../domain/workflow-ids.js';
import { isRunning, latestRun } from '../live/latest-run.js';
import { startImage } from '../live/start-image.js';
import { cancelImage } from '../steering/cancel-part.js';
import { startRun } from '../steering/start-run.js';
import { pauseShow, resumeShow, retriedWords, retryFailed, setWindow } from '../steering/steer-show.js';
import { SteeringError } from '../steering/steering-error.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readKnownShow, taskWith } from './known-show.js';
import type { Steer } from './steering.js';
import type { SteeringRequestOf } from './steering-request.js';

export const steerBy =
  (client: Client, store: ObjectStore): Steer =>
  async (show, request) => {
    switch (request.action) {
      case 'stop':
        return stop(client, show, request);
      case 'pause':
        return (await pauseShow(client, show, request.cueId)).words;
      case 'resume':
        return (await resumeShow(client, show, request.cueId)).words;
      case 'set-window':
        return (await setWindow(client, show, request.window)).words;
      case 'retry':
        return retry(client, store, show);
      case 'retry-one':
        return retryOne(client, store, show, request);
    }
  };

async function stop(
  client: Client,
  { project, version }: ShowAddress,
  { cueId, variantId, take }: SteeringRequestOf<'stop'>,
): Promise<string> {
  await cancelImage(client, { project, version, cueId, variantId, ...given({ take }) });
  return 'It is being stopped: the device stops after the step in hand, and nothing half-written stays.';
}

/** A running show retries after its other variants; one that has ended is started for the failed variants, from its last bundle. */
async function retry(client: Client, store: ObjectStore, show: ShowAddress): Promise<string> {
  const workflowId = showWorkflowId(show);
  if (isRunning(await latestRun(client, workflowId)))
    return retriedWords(workflowId, await retryFailed(client, show));
  const known = await readKnownShow(store, show);
  const variants = new Map(known.tasks.map(({ cueId, variants }) => [cueId, variants]));
  const { length } = await listRememberedFailures(store, show, variants);
  if (length === 0) throw new SteeringError(`No failure of ${workflowId} is remembered.`);
  const failed = { selection: { mode: 'failed' } } as const;
  const started = await startRun(client, known.show, showStartOptions(show), known.bundleKey, failed);
  return started
    ? `Started ${workflowId} for ${length === 1 ? 'the variant' : `the ${length} variants`} that failed.`
    : `${workflowId} is running already.`;
}

/** Starts one variant at once, with the seed that was chosen for it. */
async function retryOne(
  client: Client,
  store: ObjectStore,
  show: ShowAddress,
  variant: SteeringRequestOf<'retry-one'>,
): Promise<string> {
  const { cueId, variantId } = variant;
  const known = await readKnownShow(store, show);
  const task = taskWith(known, variant);
  const seed = (await readCueDecisions(store, show, cueId)).get(variantId)?.seed;
  const { patience } = known.show;
  const request = requestVariant(task, variantId, seed);
  const { started } = await startImage(client, { request, replaces: true, unlessStored: true, patience });
  const name = `${cueId} #${variantId}`;
  return started ? `Started ${name}, before the backlog of any show.` : `${name} is in flight already.`;
}
