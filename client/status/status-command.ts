/**
 * `pregen show status FILE`: one look at a show, running or not.
 */
import { loadShow } from '../load/load-show.js';
import { withTemporal } from '../temporal/connect.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';
import { statusParagraph } from './describe-status.js';
import { showStatus as takeStatus } from './show-status.js';

/** Exit code 1 if no run is left that could make up for what has failed. */
export async function showStatus(file: string, output: Output): Promise<ExitCode> {
  const loaded = await loadShow(file);
  const status = await withTemporal(({ client }) => takeStatus(client, loaded));
  output.result(status, statusParagraph(status));
  return status.state === 'not-running' && status.failed > 0 ? EXIT.failed : EXIT.done;
}
