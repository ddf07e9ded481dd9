/**
 * `pregen show status FILE`: one look at a show, running or not.
 */
import type { Output } from '../cli/output.js';
import { loadShow } from '../load-show.js';
import { statusParagraph } from '../progress/describe-status.js';
import { showStatus as takeStatus } from '../show/show-status.js';
import { withTemporal } from '../temporal/connect.js';

export async function showStatus(file: string, output: Output): Promise<undefined> {
  const loaded = await loadShow(file);
  const status = await withTemporal(({ client }) => takeStatus(client, loaded));
  output.result(status, statusParagraph(status));
  return undefined;
}
