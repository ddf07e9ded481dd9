/**
 * `pregen show start FILE`: generates what is not stored yet; with `--wait`, stays until it is done.
 */
import type { ExitCode } from '../cli/frame.js';
import type { Output } from '../cli/output.js';
import { loadShow } from '../load-show.js';
import { noteAbsentModels, refuseAbsentModels } from '../show/absent-models.js';
import { reportResult } from '../show/report-result.js';
import { type StartedShow, startShow } from '../show/start-show.js';
import { watchShow } from '../show/watch-show.js';
import { withTemporal } from '../temporal/connect.js';

export interface ShowStartOptions {
  readonly wait?: boolean;
  readonly window?: number;
  readonly remoteModels?: boolean;
}

export async function showStart(
  file: string,
  { wait, window, remoteModels }: ShowStartOptions,
  output: Output,
): Promise<ExitCode | undefined> {
  const loaded = await loadShow(file);
  if (remoteModels === true) noteAbsentModels(loaded, output);
  else refuseAbsentModels(loaded);
  return withTemporal(async (session) => {
    const started = await startShow(session, loaded, window);
    if (wait !== true) {
      output.result(started, `${describeStart(started)} Follow it with "pregen show watch ${file}".`);
      return undefined;
    }
    output.note(describeStart(started));
    return reportResult(await watchShow(session.client, loaded, output), output);
  });
}

/** What starting a show came to. */
export function describeStart({ workflowId, alreadyRunning, otherEdition }: StartedShow): string {
  if (!alreadyRunning) return `Started ${workflowId}.`;
  return otherEdition
    ? `${workflowId} is running already, from an earlier edition of the show; start it again when it is done.`
    : `${workflowId} is running already.`;
}
