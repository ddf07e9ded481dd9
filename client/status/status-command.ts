/**
 * `pregen show status FILE`: one look at a show, running or not.
 */
import { loadShow } from '../load/load-show.js';
import { withTemporal } from '../temporal/connect.js';
import type { ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';
import { reportStatus } from './report-status.js';
import { showStatus as takeStatus } from './show-status.js';

export async function showStatus(file: string, output: Output): Promise<ExitCode> {
  const loaded = await loadShow(file);
  const status = await withTemporal(({ client }) => takeStatus(client, loaded, output));
  return reportStatus(status, loaded, output);
}
