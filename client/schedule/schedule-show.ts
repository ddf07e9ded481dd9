/**
 * The schedule of a version: one, named after it, that starts the show from the bundle in the store. The server gives
 * every scheduled run a workflow id of its own; the run starts the show under the show's id, where every command finds it.
 */
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { InvalidInputError } from '../../domain/problems.js';
import { scheduledRunOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { scheduleId } from '../../domain/workflow-ids.js';
import { DEFAULT_WINDOW } from '../../steering/start-run.js';
import type { LoadedShow } from '../load/load-show.js';
import { storeBundle } from '../show/upload-bundle.js';
import { CommandError } from '../terminal/describe-error.js';
import { saysWhen, specOf, type TimeFlags } from './spec.js';

/** A run that the server slept through is made up for within this time; later it would fall into a performance. */
const CATCHUP_WINDOW_MS = 3_600_000;

export interface ScheduleFlags extends TimeFlags {
  /** Milliseconds. */
  readonly catchupWindow?: number;
  /** Variants in flight at once. */
  readonly window?: number;
  readonly paused?: boolean;
}

type Action = ScheduleOptionsStartWorkflowAction<ShowWorkflow>;
type Settings = Required<Pick<ScheduleOptions<Action>, 'spec' | 'action' | 'policies' | 'state'>>;

/** Creates the schedule of a show, or brings an existing one to what the flags say. */
export async function createSchedule(
  client: Client,
  loaded: LoadedShow,
  flags: ScheduleFlags,
): Promise<'created' | 'updated'> {
  const spec = specOf(flags);
  const settings = settingsOf(loaded, await storeBundle(loaded), spec, flags);
  try {
    await client.schedule.create({ scheduleId: scheduleId(loaded.show), ...settings });
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw refusal(error);
    await updateSchedule(client, loaded, flags);
    return 'updated';
  }
}

/** Brings the schedule to the show as it is now; what the flags leave open stays as it was. */
export async function updateSchedule(
  client: Client,
  loaded: LoadedShow,
  flags: ScheduleFlags,
): Promise<void> {
  const given = saysWhen(flags) ? specOf(flags) : undefined;
  const id = scheduleId(loaded.show);
  const handle = client.schedule.getHandle(id);
  try {
    await handle.describe();
    const bundleKey = await storeBundle(loaded);
    await handle.update<ShowWorkflow>((previous) => {
      const kept = { ...previous.spec, ...(flags.timezone === undefined ? {} : specOf(flags)) };
      const before = {
        catchupWindow: previous.policies.catchupWindow,
        window: windowOf(previous),
        paused: previous.state.paused,
      };
      return settingsOf(loaded, bundleKey, given ?? kept, { ...before, ...flags });
    });
  } catch (error) {
    throw error instanceof ScheduleNotFoundError ? noSchedule(id) : refusal(error);
  }
}

/** There is nothing to act upon. */
export const noSchedule = (id: string): CommandError =>
  new CommandError(`There is no schedule ${id}. Create one with "pregen schedule create".`);

function settingsOf(
  { show }: LoadedShow,
  bundleKey: string,
  spec: Settings['spec'],
  { catchupWindow = CATCHUP_WINDOW_MS, window = DEFAULT_WINDOW, paused = false }: ScheduleFlags,
): Settings {
  const { project, version, patience } = show;
  return {
    spec,
    action: {
      type: 'startWorkflow',
      workflowType: WORKFLOW_TYPES.scheduledShow,
      ...scheduledRunOptions(show),
      taskQueue: ORCHESTRATION_QUEUE,
      args: [{ project, version, bundleKey, window, patience }],
      memo: { bundleKey },
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
    state: { paused },
  };
}

/** The window that the schedule has given its runs so far. */
function windowOf({ action }: ScheduleDescription): number {
  const input: unknown = action.args?.[0];
  const isGiven = typeof input === 'object' && input !== null && 'window' in input;
  return isGiven && typeof input.window === 'number' ? input.window : DEFAULT_WINDOW;
}

/** The SDK's error for a spec that the server cannot read, which the operator has to change. */
const refusal = (error: unknown): unknown =>
  error instanceof TypeError
    ? new InvalidInputError('schedule', [{ where: '', message: error.message }])
    : error;
