/**
 * `pregen schedule create|update FILE`: lets the server start a show by the calendar. The show's bundle goes into the
 * store first, so that a run depends on nobody's laptop.
 */
import { InvalidInputError } from '../../domain/problems.js';
import { scheduleId } from '../../domain/workflow-ids.js';
import { loadShow } from '../load/load-show.js';
import { noteAbsentModels, refuseAbsentModels } from '../plan/absent-models.js';
import { describeReport, reportSchedule } from '../schedule/schedule-report.js';
import { createSchedule, type ScheduleFlags, updateSchedule } from '../schedule/schedule-show.js';
import { saysWhen } from '../schedule/spec.js';
import { withTemporal } from '../temporal/connect.js';
import type { Output } from '../terminal/output.js';

export interface ScheduleCreateOptions extends ScheduleFlags {
  readonly remoteModels?: boolean;
}

export async function scheduleCreate(
  action: 'create' | 'update',
  file: string,
  { remoteModels, ...flags }: ScheduleCreateOptions,
  output: Output,
): Promise<undefined> {
  if (action === 'create' && !saysWhen(flags))
    throw new InvalidInputError('schedule create', [
      { where: '', message: 'say when: --cron, --every or --calendar' },
    ]);
  const loaded = await loadShow(file);
  if (remoteModels === true) noteAbsentModels(loaded, output);
  else refuseAbsentModels(loaded);
  return withTemporal(async ({ client }) => {
    const done = action === 'create' ? await createSchedule(client, loaded, flags) : 'updated';
    if (action === 'update') await updateSchedule(client, loaded, flags);
    const description = await client.schedule.getHandle(scheduleId(loaded.show)).describe();
    const report = await reportSchedule(client, description);
    const word = done === 'created' ? 'Created' : 'Updated';
    output.result({ done, ...report }, `${word} ${describeReport(report)}`);
    return undefined;
  });
}
