/**
 * `pregen show start FILE`: generates what is not stored yet, or what the options select; with `--wait`, stays until
 * it is done.
 */

import type { ModelDigests } from '../../domain/fingerprint.js';
import { given } from '../../domain/given.js';
import type { ShowSelection } from '../../domain/show-selection.js';
import { loadShow } from '../load/load-show.js';
import { digestModels } from '../load/model-digests.js';
import { noteAbsentModels, refuseAbsentModels } from '../plan/absent-models.js';
import { noteCutPrompts } from '../plan/cut-prompts.js';
import { type ShowWishes, type StartedShow, startShow } from '../show/start-show.js';
import { withTemporal } from '../temporal/connect.js';
import type { ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';
import { exitCodeOf, reportResult } from '../watch/report-result.js';
import { watchShow } from '../watch/watch-show.js';
import { describeEarlyEnd, earlyEnd } from './early-end.js';

export interface ShowStartOptions extends Omit<ShowWishes, 'selection'> {
  readonly wait?: boolean;
  readonly remoteModels?: boolean;
  readonly only?: readonly string[];
  readonly program?: readonly string[];
  readonly missing?: boolean;
  readonly failed?: boolean;
  readonly stale?: boolean;
  readonly force?: boolean;
  readonly limit?: number;
}

export async function showStart(
  file: string,
  options: ShowStartOptions,
  output: Output,
): Promise<ExitCode | undefined> {
  const loaded = await loadShow(file);
  for (const remark of loaded.remarks) output.note(`Note: ${remark}`);
  if (options.remoteModels === true) noteAbsentModels(loaded, output);
  else refuseAbsentModels(loaded);
  await noteCutPrompts(loaded, output);
  const modelDigests = options.stale === true ? await digestModels(loaded, output) : undefined;
  const wishes = { ...options, selection: selectionOf(options, modelDigests) };
  return withTemporal(async (session) => {
    const started = await startShow(session, loaded, wishes);
    const words = [describeStart(started), ...remarkOnWishes(started, wishes)].join(' ');
    if (options.wait !== true) {
      const result = started.alreadyRunning ? undefined : await earlyEnd(session.client, loaded.show);
      const next =
        result === undefined ? `Follow it with "pregen show watch ${file}".` : describeEarlyEnd(result);
      output.result({ ...started, ...given({ result }) }, `${words} ${next}`);
      return result && exitCodeOf(result);
    }
    output.note(words);
    return reportResult(await watchShow(session.client, loaded, output), output);
  });
}

/** What starting a show came to. */
export function describeStart(started: StartedShow): string {
  const { workflowId, alreadyRunning, otherEdition, scheduledRun } = started;
  if (!alreadyRunning) return `Started ${workflowId}.`;
  if (otherEdition)
    return `${workflowId} is running already and goes on by this edition as soon as its cues in flight have ended.`;
  const bySchedule = scheduledRun === undefined ? '' : `, started by its schedule as ${scheduledRun}`;
  return `${workflowId} is running already${bySchedule}.`;
}

/** Undefined for a whole show. */
function selectionOf(
  { only, program, limit, ...modes }: ShowStartOptions,
  modelDigests: ModelDigests | undefined,
): ShowSelection | undefined {
  const mode = (['failed', 'stale', 'force'] as const).find((name) => modes[name] === true) ?? 'missing';
  if (mode === 'missing' && only === undefined && program === undefined && limit === undefined)
    return undefined;
  return {
    mode,
    ...given({ cues: only, programs: program, limit, modelDigests }),
  };
}

function remarkOnWishes({ alreadyRunning }: StartedShow, wishes: ShowWishes): string[] {
  const { window, selection, maxFailures, priority } = wishes;
  const given = [window, selection, maxFailures, priority].some((wish) => wish !== undefined);
  return alreadyRunning && given
    ? ['It keeps the options it was started with; "pregen show set-window" changes its window.']
    : [];
}
