/**
 * Follows a running show until it ends. Looks about once a second, from outside: a watcher that is closed, or a
 * server that is away for a while, changes nothing for the show.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, ServiceError, type WorkflowExecutionStatusName } from '@temporalio/client';
import type { ShowWorkflow } from '../../domain/messages.js';
import type { ShowProgress } from '../../domain/progress.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { resultOfEnded } from '../../live/run-result.js';
import { openStore } from '../../storage/open-store.js';
import type { LoadedShow } from '../load/load-show.js';
import { imageLine } from '../status/describe-status.js';
import { type ShowStatus, showStatus } from '../status/show-status.js';
import { queuesOf } from '../temporal/pollers.js';
import { CommandError } from '../terminal/describe-error.js';
import type { Output } from '../terminal/output.js';
import { tellMissingWorkers } from './missing-workers.js';
import { openProgress } from './open-progress.js';
import { RecentPace } from './recent-pace.js';
import { openPictures } from './stored-pictures.js';

/** As often as a person can read, as seldom as a small server likes. */
const LOOK_EVERY_MS = 1000;

/** How long a server may be silent before watching is given up; restarts of a server take seconds. */
const SILENCE_MS = 120_000;

/** Shows progress until the show ends, then returns its result. Throws if it ended otherwise than by being done. */
export async function watchShow(
  client: Client,
  loaded: LoadedShow,
  output: Output,
  signal?: AbortSignal,
): Promise<ShowProgress> {
  const display = await openProgress(output);
  const store = openStore(loaded.configuration.store, process.env);
  const pictures = openPictures(loaded.show, store, output, process.env);
  const pace = new RecentPace();
  const tellNews = newsOfFailures(output);
  const see = async (status: ShowStatus): Promise<void> => {
    tellNews(status);
    // At rest it counts the whole show, of which this run may have been a part: its result says what became of that.
    if (status.state !== 'not-running') display.update(pace.refine(status, Date.now()));
    await pictures.update(status);
  };
  const over = new AbortController();
  void tellMissingWorkers(client, output, over.signal, queuesOf(loaded.show));
  try {
    await untilEnded(client, loaded, see, signal);
  } finally {
    over.abort();
    display.stop();
    store.close();
  }
  return resultOf(client, loaded);
}

async function untilEnded(
  client: Client,
  loaded: LoadedShow,
  see: (status: ShowStatus) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let answeredAt = Date.now();
  for (;;) {
    signal?.throwIfAborted();
    try {
      const status = await showStatus(client, loaded);
      answeredAt = Date.now();
      await see(status);
      if (status.state === 'not-running') return;
    } catch (error) {
      if (!(error instanceof ServiceError) || Date.now() - answeredAt > SILENCE_MS) throw error;
    }
    await sleep(LOOK_EVERY_MS, undefined, signal && { signal });
  }
}

/** Says each failure once, when it is first seen, why the show has paused by itself, and what keeps images from being made or stored. */
function newsOfFailures(output: Output): (status: ShowStatus) => void {
  const told = new Set<string>();
  const tell = (line: string) => {
    if (told.has(line)) return;
    told.add(line);
    output.note(line);
  };
  let inTrouble = false;
  return ({ failures, pausedBecause, images }) => {
    for (const { cueId, variantId, reason } of failures) tell(`failed: ${cueId} #${variantId}: ${reason}`);
    if (pausedBecause !== undefined) tell(`Paused by itself: ${pausedBecause}.`);
    // One of them speaks for all, until none of them is tried again.
    const troubled = images.find(({ lastFailure }) => lastFailure !== undefined);
    if (troubled !== undefined && !inTrouble) output.note(`tried again: ${imageLine(troubled)}`);
    inTrouble = troubled !== undefined;
  };
}

async function resultOf(client: Client, { show }: LoadedShow): Promise<ShowProgress> {
  const workflowId = showWorkflowId(show);
  const handle = client.workflow.getHandle<ShowWorkflow>(workflowId);
  const { status } = await handle.describe();
  const ending = ENDINGS[status.name];
  if (ending !== undefined) throw new CommandError(`The show ${ending} before it was done.`);
  const { progress } = await resultOfEnded(client, workflowId, { status: status.name });
  return progress ?? handle.result();
}

const ENDINGS: Partial<Record<WorkflowExecutionStatusName, string>> = {
  CANCELLED: 'was cancelled',
  TERMINATED: 'was terminated',
  TIMED_OUT: 'timed out',
};
