/**
 * Starts the workflow of a show, or finds it running. The bundle is stored first: a run that exists can always be
 * carried out, even if this machine is switched off a second later.
 */
import { WorkflowNotFoundError } from '@temporalio/client';
import { given } from '../../domain/given.js';
import { acceptChangesUpdate } from '../../domain/messages.js';
import { selectTasks } from '../../domain/show-selection.js';
import { showStartOptions } from '../../domain/start-options.js';
import { isRunning, latestRun } from '../../live/latest-run.js';
import { sendUpdate } from '../../steering/send-update.js';
import { type RunWishes, startRun } from '../../steering/start-run.js';
import type { LoadedShow } from '../load/load-show.js';
import type { TemporalSession } from '../temporal/connect.js';
import { differencesFromRunning, otherEdition } from './running-edition.js';
import { storeBundle } from './upload-bundle.js';

/** How a show is to be run; each has a default. */
export interface ShowWishes extends RunWishes {
  /** A running show goes on by this edition. */
  readonly acceptChanges?: boolean | undefined;
}

export interface StartedShow {
  readonly workflowId: string;
  /** The show was running already; nothing was started. */
  readonly alreadyRunning: boolean;
  /** Workflow id of the scheduled run that started the running one; absent if a person did. */
  readonly scheduledRun?: string;
  /** The running one was started from another edition of the show file or cue sheet, and goes on by this one. */
  readonly otherEdition: boolean;
}

/** Starts a show. Safe to repeat. Throws if another edition of it is running and that is not accepted. */
export async function startShow(
  session: TemporalSession,
  loaded: LoadedShow,
  wishes: ShowWishes = {},
): Promise<StartedShow> {
  if (wishes.selection !== undefined) selectTasks(loaded.tasks, wishes.selection);
  const key = await storeBundle(loaded);
  const { workflowId } = showStartOptions(loaded.show);
  for (;;) {
    if (await startRun(session.client, loaded.show, showStartOptions(loaded.show), key, wishes))
      return { workflowId, alreadyRunning: false, otherEdition: false };
    const found = await joinRunning(session, loaded, workflowId, key, wishes.acceptChanges === true);
    // It ended before it could be joined: the next start finds the way free.
    if (found !== undefined) return found;
  }
}

/** The running show, which has been given this edition if it is another one and that is accepted; undefined if it has ended. */
async function joinRunning(
  session: TemporalSession,
  loaded: LoadedShow,
  workflowId: string,
  key: string,
  accept: boolean,
): Promise<StartedShow | undefined> {
  const { client } = session;
  const run = await latestRun(client, workflowId);
  if (!isRunning(run)) return undefined;
  const { scheduledRun, bundleKey } = run;
  const differences =
    bundleKey === key || bundleKey === undefined ? [] : await differencesFromRunning(loaded, bundleKey);
  if (differences.length > 0) {
    if (!accept) throw otherEdition(workflowId, loaded.path, differences);
    if (!(await acceptChanges(session, workflowId, key))) return undefined;
  }
  return {
    ...{ workflowId, alreadyRunning: true, otherEdition: differences.length > 0 },
    ...given({ scheduledRun }),
  };
}

/** Returns false if the show has ended meanwhile. */
async function acceptChanges(
  { client }: TemporalSession,
  workflowId: string,
  bundleKey: string,
): Promise<boolean> {
  try {
    await sendUpdate(client, { workflowId, update: acceptChangesUpdate, args: [{ bundleKey }] });
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
