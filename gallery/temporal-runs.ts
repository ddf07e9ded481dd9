/**
 * Reads a show's latest run from a Temporal server.
 */
import type { Client } from '@temporalio/client';
import { given } from '../domain/given.js';
import type { ShowAddress } from '../domain/object-keys.js';
import { showWorkflowId } from '../domain/workflow-ids.js';
import { type ImageInFlight, imagesInFlight } from '../live/images-in-flight.js';
import { describeLastRun, runCounts } from '../live/last-run.js';
import { isRunning, type LatestRun, latestRun } from '../live/latest-run.js';
import { resultOfEnded } from '../live/run-result.js';
import { askShow, lookAtRun, type RunningShow } from '../live/running-show.js';
import { runningVariants } from '../live/running-variants.js';
import type { ReadRun, RunReport } from './desk-reader.js';
import type { DeskRun } from './show-desk.js';

export const runsOf =
  (client: Client): ReadRun =>
  async (show) => {
    const run = await latestRun(client, showWorkflowId(show));
    if (!isRunning(run)) return { ...(await atRest(client, show)), ...(await lastRunOf(client, show, run)) };
    const progress = await askShow(client, show);
    if (progress === undefined) return { ...(await atRest(client, show)), state: 'unanswered' };
    return reportOf(await lookAtRun(client, show, progress));
  };

function reportOf(running: RunningShow): RunReport {
  const { state, failed, failures, uploading, spools, images } = running;
  return { state, run: runOf(running), failed, failures, uploading, spools, images: images.map(plain) };
}

function runOf(running: RunningShow): DeskRun {
  const { variants, stored, degraded, cancelled, window } = running;
  const { pausedCues, pausedBecause, ratePerMinute, etaSeconds } = running;
  return {
    ...{ variants, stored, degraded, cancelled, window },
    ...given({ pausedCues, pausedBecause, ratePerMinute, etaSeconds }),
  };
}

/** The images of a show that does not run: an operator can start single images without it. */
async function atRest(client: Client, show: ShowAddress): Promise<RunReport> {
  const { variants, uploading } = await runningVariants(client, show);
  const { images, spools } = await imagesInFlight(client, show, variants);
  return { state: 'not-running', uploading, spools, images: images.map(plain) };
}

async function lastRunOf(
  client: Client,
  show: ShowAddress,
  run: LatestRun | undefined,
): Promise<Pick<RunReport, 'lastRun'>> {
  if (run === undefined) return {};
  const { progress, reason } = await resultOfEnded(client, showWorkflowId(show), run);
  const last = {
    lastRun: run.status,
    ...given({ lastRunCounts: progress && runCounts(progress), lastRunReason: reason }),
  };
  // The description says which variants the run was for, unless that was the whole show.
  return given({ lastRun: describeLastRun(last, progress?.planned ?? 0) });
}

/** Without its preview: the page requests that by its address. */
const plain = ({ picture: _, ...image }: ImageInFlight) => image;
