/**
 * `pregen schedule list` and `pregen schedule describe FILE`: what is scheduled, and what came of it.
 */
import { ScheduleNotFoundError } from '@temporalio/client';
import { scheduleId } from '../../domain/workflow-ids.js';
import { loadShow } from '../load/load-show.js';
import { describeReport, reportSchedule } from '../schedule/schedule-report.js';
import { noSchedule } from '../schedule/schedule-show.js';
import { describeSpec } from '../schedule/spec.js';
import { withTemporal } from '../temporal/connect.js';
import type { Output } from '../terminal/output.js';
import { formatTable } from '../terminal/table.js';

/** Other programs' schedules may live in the same namespace. */
const OURS = 'pregen/';

interface Listed {
  readonly scheduleId: string;
  readonly when: string;
  readonly paused: boolean;
  readonly next: string | undefined;
  readonly last: string | undefined;
}

export async function scheduleList(output: Output): Promise<undefined> {
  const schedules = await withTemporal(async ({ client }) => {
    const listed: Listed[] = [];
    for await (const { scheduleId: id, spec, state, info } of client.schedule.list()) {
      if (!id.startsWith(OURS)) continue;
      listed.push({
        scheduleId: id,
        when: spec === undefined ? '' : describeSpec(spec),
        paused: state.paused,
        next: state.paused ? undefined : info.nextActionTimes[0]?.toISOString(),
        last: info.recentActions.at(-1)?.takenAt.toISOString(),
      });
    }
    return listed.sort((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1));
  });
  output.result({ schedules }, schedules.length === 0 ? 'There are no schedules.' : table(schedules));
  return undefined;
}

const table = (schedules: readonly Listed[]): string =>
  formatTable(schedules, [
    { title: 'schedule', value: (schedule) => schedule.scheduleId },
    { title: 'when', value: (schedule) => schedule.when },
    { title: 'next run', value: (schedule) => (schedule.paused ? 'paused' : (schedule.next ?? 'never')) },
    { title: 'last run', value: (schedule) => schedule.last ?? 'none' },
  ]);

export async function scheduleDescribe(file: string, output: Output): Promise<undefined> {
  const { show } = await loadShow(file);
  const id = scheduleId(show);
  const report = await withTemporal(async ({ client }) => {
    try {
      return await reportSchedule(client, await client.schedule.getHandle(id).describe());
    } catch (error) {
      throw error instanceof ScheduleNotFoundError ? noSchedule(id) : error;
    }
  });
  output.result(report, describeReport(report));
  return undefined;
}
