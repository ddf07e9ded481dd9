/**
 * `pregen show watch FILE`: follows a running show; for one that does not run, says how far it is.
 */
import { loadShow } from '../load/load-show.js';
import { reportStatus } from '../status/report-status.js';
import { showStatus } from '../status/show-status.js';
import { withTemporal } from '../temporal/connect.js';
import type { ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';
import { reportResult } from './report-result.js';
import { watchShow } from './watch-show.js';

export async function showWatch(file: string, output: Output): Promise<ExitCode> {
  const loaded = await loadShow(file);
  return withTemporal(async ({ client }) => {
    const status = await showStatus(client, loaded);
    if (status.state === 'not-running') return reportStatus(status, loaded, output);
    return reportResult(await watchShow(client, loaded, output), output);
  });
}
