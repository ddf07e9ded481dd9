/**
 * `pregen schedule pause|unpause|trigger|backfill|delete FILE`. Each can be repeated: what is paused stays paused, what
 * is gone stays gone.
 */
import {
  type Client,
  type ScheduleHandle,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { ShowAddress } from '../../domain/object-keys.js';
import { InvalidInputError } from '../../domain/problems.js';
import { scheduleId, showWorkflowId } from '../../domain/workflow-ids.js';
import { loadShow } from '../load/load-show.js';
import { noSchedule } from '../schedule/schedule-show.js';
import { triggerRun } from '../schedule/trigger-run.js';
import { withTemporal } from '../temporal/connect.js';
import type { Output } from '../terminal/output.js';

export type ScheduleSteering = 'pause' | 'unpause' | 'trigger';

interface Named {
  readonly client: Client;
  readonly schedule: ScheduleHandle;
  readonly show: ShowAddress;
}

/** Says what was done. */
const STEERING: Readonly<Record<ScheduleSteering, (named: Named) => Promise<string>>> = {
  pause: async ({ schedule }) => {
    await schedule.pause('paused with pregen schedule pause');
    return 'is paused: no further runs start; one in progress goes on';
  },
  unpause: async ({ schedule }) => {
    // Without a note, which the server takes for the order itself, nothing would happen.
    await schedule.unpause('unpaused with pregen schedule unpause');
    return 'runs again by its calendar';
  },
  trigger: ({ client, show }) => triggerRun(client, scheduleId(show), showWorkflowId(show)),
};

export async function steerSchedule(
  steering: ScheduleSteering,
  file: string,
  output: Output,
): Promise<undefined> {
  const done = await onSchedule(file, STEERING[steering]);
  output.result({ scheduleId: done.id, steering, did: done.result }, `${done.id} ${done.result}.`);
  return undefined;
}

export async function scheduleBackfill(
  file: string,
  { from, to }: { readonly from: Date; readonly to: Date },
  output: Output,
): Promise<undefined> {
  if (!(from < to) || to.getTime() > Date.now())
    throw new InvalidInputError('schedule backfill', [
      { where: '', message: 'expected --from before --to, and --to not in the future' },
    ]);
  const { id } = await onSchedule(file, async ({ schedule }) => {
    // One after the other: the first does what is missing, the others what failed meanwhile.
    await schedule.backfill({ start: from, end: to, overlap: ScheduleOverlapPolicy.BUFFER_ALL });
  });
  const period = { from: from.toISOString(), to: to.toISOString() };
  const words = `${id} makes up for every run from ${period.from} to ${period.to}, one after the other.`;
  output.result({ scheduleId: id, ...period }, words);
  return undefined;
}

export async function scheduleDelete(file: string, output: Output): Promise<undefined> {
  const { show } = await loadShow(file);
  const id = scheduleId(show);
  const deleted = await withTemporal(async ({ client }) => {
    try {
      await client.schedule.getHandle(id).delete();
      return true;
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return false;
      throw error;
    }
  });
  const words = deleted
    ? 'is deleted; a run in progress goes on'
    : 'does not exist, so there was nothing to delete';
  output.result({ scheduleId: id, deleted }, `${id} ${words}.`);
  return undefined;
}

async function onSchedule<T>(
  file: string,
  act: (named: Named) => Promise<T>,
): Promise<{ id: string; result: T }> {
  const { show } = await loadShow(file);
  const id = scheduleId(show);
  return withTemporal(async ({ client }) => {
    try {
      return { id, result: await act({ client, schedule: client.schedule.getHandle(id), show }) };
    } catch (error) {
      throw error instanceof ScheduleNotFoundError ? noSchedule(id) : error;
    }
  });
}
