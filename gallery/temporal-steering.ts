/**
 * Carries out, on a Temporal server, what the page wants of a show.
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
import type { WishTo } from './wish.js';

export const steerBy =
  (client: Client, store: ObjectStore): Steer =>
  async (show, wish) => {
    switch (wish.wish) {
      case 'stop':
        return stop(client, show, wish);
      case 'pause':
        return (await pauseShow(client, show, wish.cueId)).words;
      case 'resume':
        return (await resumeShow(client, show, wish.cueId)).words;
      case 'set-window':
        return (await setWindow(client, show, wish.window)).words;
      case 'retry':
        return retry(client, store, show);
      case 'retry-one':
        return retryOne(client, store, show, wish);
    }
  };

async function stop(
  client: Client,
  { project, version }: ShowAddress,
  { cueId, variantId, take }: WishTo<'stop'>,
): Promise<string> {
  await cancelImage(client, { project, version, cueId, variantId, ...given({ take }) });
  return 'It is being stopped: the device stops after the step in hand, and nothing half-written stays.';
}

/** A running show does it after its other variants; one that is done is started for them, by the bundle it was started from. */
async function retry(client: Client, store: ObjectStore, show: ShowAddress): Promise<string> {
  const workflowId = showWorkflowId(show);
  if (isRunning(await latestRun(client, workflowId)))
    return retriedWords(workflowId, await retryFailed(client, show));
  const known = await readKnownShow(store, show);
  const variants = new Map(known.tasks.map(({ cueId, variants }) => [cueId, variants]));
  const { length } = await listRememberedFailures(store, show, variants);
  if (length === 0) throw new SteeringError(`No failure of ${workflowId} is remembered.`);
  const wishes = { selection: { mode: 'failed' } } as const;
  const started = await startRun(client, known.show, showStartOptions(show), known.bundleKey, wishes);
  return started
    ? `Started ${workflowId} for ${length === 1 ? 'the variant' : `the ${length} variants`} that failed.`
    : `${workflowId} is running already.`;
}

/** At once, with the seed that was chosen for it. */
async function retryOne(
  client: Client,
  store: ObjectStore,
  show: ShowAddress,
  wish: WishTo<'retry-one'>,
): Promise<string> {
  const { cueId, variantId } = wish;
  const known = await readKnownShow(store, show);
  const task = taskWith(known, wish);
  const seed = (await readCueDecisions(store, show, cueId)).get(variantId)?.seed;
  const { patience } = known.show;
  const request = requestVariant(task, variantId, seed);
  const { started } = await startImage(client, { request, replaces: true, unlessStored: true, patience });
  const name = `${cueId} #${variantId}`;
  return started ? `Started ${name}, before the backlog of any show.` : `${name} is in flight already.`;
}
