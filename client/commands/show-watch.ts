/**
 * `pregen show watch FILE`: follows a running show; for one that does not run, says how far it is.
 */
import type { ExitCode } from '../cli/frame.js';
import type { Output } from '../cli/output.js';
import { loadShow } from '../load-show.js';
import { statusParagraph } from '../progress/describe-status.js';
import { reportResult } from '../show/report-result.js';
import { showStatus } from '../show/show-status.js';
import { watchShow } from '../show/watch-show.js';
import { withTemporal } from '../temporal/connect.js';

export async function showWatch(file: string, output: Output): Promise<ExitCode | undefined> {
  const loaded = await loadShow(file);
  return withTemporal(async ({ client }) => {
    const status = await showStatus(client, loaded);
    if (status.state === 'not-running') {
      output.result(status, statusParagraph(status));
      return undefined;
    }
    return reportResult(await watchShow(client, loaded, output), output);
  });
}
