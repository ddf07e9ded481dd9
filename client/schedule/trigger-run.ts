/**
 * Starts a run of a schedule now, and stays until it can be looked at: the server takes the order at once and carries it
 * out a moment later, and an operator who watches the show next should find it running.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { isRunning, latestRun } from '../../live/latest-run.js';

/** The server and an orchestrator need a fraction of a second each; without an orchestrator nothing will come. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 200;

/** Returns what became of the order, as the rest of a sentence. */
export async function triggerRun(client: Client, scheduleId: string, showId: string): Promise<string> {
  const schedule = client.schedule.getHandle(scheduleId);
  const before = await schedule.describe();
  const [running] = before.info.runningActions;
  if (running !== undefined)
    return `is running already (${running.workflow.workflowId}); nothing was started`;
  const byHand = isRunning(await latestRun(client, showId));
  await schedule.trigger(ScheduleOverlapPolicy.SKIP);
  const run = await soon(async () => {
    const { info } = await schedule.describe();
    const isNew = info.numActionsTaken > before.info.numActionsTaken;
    return isNew ? info.recentActions.at(-1)?.action.workflow.workflowId : undefined;
  });
  if (run === undefined) return 'starts a run as soon as the server gets to it';
  if (byHand)
    return `starts a run now (${run}); the show is running already, so it waits for that, then generates what is left`;
  const taken = await soon(async () => ((await hasBegun(client, run, showId)) ? true : undefined));
  return taken === true
    ? `starts a run now (${run})`
    : `starts a run now (${run}), which no orchestrator has taken up yet`;
}

/** It has started the show, or is through already. */
async function hasBegun(client: Client, run: string, showId: string): Promise<boolean> {
  if ((await latestRun(client, showId))?.scheduledRun === run) return true;
  return !isRunning(await latestRun(client, run));
}

/** Looks until there is something to see; undefined if there is nothing in time. */
async function soon<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined || Date.now() > end) return seen;
    await sleep(LOOK_EVERY_MS);
  }
}
