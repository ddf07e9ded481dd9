/**
 * Says how a show stands, with the exit code that goes with it.
 */

import { hasFailed } from '../../live/last-run.js';
import type { LoadedShow } from '../load/load-show.js';
import { countCut, cutLines, measurePrompts } from '../plan/cut-prompts.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';
import { statusParagraph } from './describe-status.js';
import type { ShowStatus } from './show-status.js';

/** Exit code 1 if something has failed that is not stored by now, and no run is left that could make up for it. */
export async function reportStatus(
  status: ShowStatus,
  loaded: LoadedShow,
  output: Output,
): Promise<ExitCode> {
  const cutPrompts = countCut(await measurePrompts(loaded));
  const words = [statusParagraph(status), ...cutLines(cutPrompts)];
  output.result({ ...status, cutPrompts }, words.join('\n'));
  const { state, failed, stored, variants } = status;
  const isLacking = failed > 0 || (hasFailed(status) && stored < variants);
  return state === 'not-running' && isLacking ? EXIT.failed : EXIT.done;
}
