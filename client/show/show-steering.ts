/**
 * `pregen show pause|resume FILE [CUE]` and `pregen show set-window FILE`.
 */
import type { Client } from '@temporalio/client';
import * as steer from '../../steering/steer-show.js';
import { findCue } from '../load/find-cue.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { withTemporal } from '../temporal/connect.js';
import type { Output } from '../terminal/output.js';

/** A part of a show as people type it: one cue, or one variant of it. */
export interface ShowPart {
  readonly cue?: string | undefined;
  readonly variant?: number | undefined;
}

type Steering = 'pause' | 'resume' | 'set-window';

export const pauseShow = (file: string, cue: string | undefined, output: Output): Promise<undefined> =>
  steerFile(file, 'pause', output, (client, loaded) =>
    steer.pauseShow(client, loaded.show, cueIdOf(loaded, cue, 'pause')),
  );

export const resumeShow = (file: string, cue: string | undefined, output: Output): Promise<undefined> =>
  steerFile(file, 'resume', output, (client, loaded) =>
    steer.resumeShow(client, loaded.show, cueIdOf(loaded, cue, 'resume')),
  );

export const setShowWindow = (file: string, window: number, output: Output): Promise<undefined> =>
  steerFile(file, 'set-window', output, (client, { show }) => steer.setWindow(client, show, window));

const cueIdOf = (loaded: LoadedShow, cue: string | undefined, steering: Steering): string | undefined =>
  cue === undefined ? undefined : findCue(loaded, cue, `show ${steering}`).cueId;

async function steerFile(
  file: string,
  steering: Steering,
  output: Output,
  change: (client: Client, loaded: LoadedShow) => Promise<steer.Steered>,
): Promise<undefined> {
  const loaded = await loadShow(file);
  const { workflowId, words } = await withTemporal(({ client }) => change(client, loaded));
  output.result({ workflowId, steering }, words);
  return undefined;
}
