/**
 * The commands about schedules, as people type them.
 */
import { type Command, Option } from 'commander';
import { MAX_WINDOW } from '../../domain/window.js';
import { runCommand } from '../terminal/frame.js';
import { declare, declareGroup } from './declare.js';
import { durationMs, pointInTime } from './durations.js';
import { wholeNumber } from './numbers.js';

const DEMO = 'shows/demo/show.yaml';

interface Json {
  readonly json?: boolean;
}

interface TimeOptions extends Json {
  readonly cron?: string[];
  readonly every?: number;
  readonly calendar?: string[];
  readonly timezone?: string;
  readonly catchupWindow?: number;
  readonly window?: number;
  readonly paused?: boolean;
  readonly remoteModels?: boolean;
}

export function addScheduleCommands(program: Command): void {
  const schedule = declareGroup(program, 'schedule', 'let the server start a show by the calendar');
  addCreate(schedule);
  addLooking(schedule);
  addSteering(schedule);
}

function addCreate(schedule: Command): void {
  withTimes(
    declare(
      schedule,
      'create <file>',
      "start a show's runs by the calendar; a schedule that exists is updated",
      `schedule create ${DEMO} --calendar "Mon-Fri 03:30" --timezone Europe/Berlin`,
    ).option('--paused', 'start no runs until it is unpaused'),
    'create',
  );
  withTimes(
    declare(
      schedule,
      'update <file>',
      'bring a schedule to the show as it is now; what is not given stays',
      `schedule update ${DEMO} --every 6h`,
    ),
    'update',
  );
}

function withTimes(command: Command, action: 'create' | 'update'): void {
  command
    .addOption(
      new Option('--cron <expression>', 'like "0 3 * * *"; may be repeated')
        .argParser(collect)
        .conflicts(['every', 'calendar']),
    )
    .addOption(
      new Option('--every <duration>', 'like 6h').argParser(durationMs).conflicts(['cron', 'calendar']),
    )
    .addOption(
      new Option(
        '--calendar <time>',
        '[days] [year-month-day] hour:minute, like "Sat,Sun *-*-* 09:00"; may be repeated',
      )
        .argParser(collect)
        .conflicts(['cron', 'every']),
    )
    .option('--timezone <name>', 'like Europe/Berlin (default: UTC)')
    .option('--catchup-window <duration>', 'how late a missed run may start (default: 1h)', durationMs)
    .option('--window <n>', 'variants in flight at once', wholeNumber(1, MAX_WINDOW))
    .option('--remote-models', 'the model directories are on the GPU machines, not here')
    .action((file: string, { json, ...options }: TimeOptions) =>
      runCommand({ ...(json && { json }) }, async (output) =>
        (await import('../schedule/schedule-create.js')).scheduleCreate(action, file, options, output),
      ),
    );
}

function addLooking(schedule: Command): void {
  declare(schedule, 'list', 'list the schedules of all shows', 'schedule list').action((options: Json) =>
    runCommand(options, async (output) =>
      (await import('../schedule/schedule-describe.js')).scheduleList(output),
    ),
  );
  declare(
    schedule,
    'describe <file>',
    'tell the next runs, the recent ones and their results',
    `schedule describe ${DEMO}`,
  ).action((file: string, options: Json) =>
    runCommand(options, async (output) =>
      (await import('../schedule/schedule-describe.js')).scheduleDescribe(file, output),
    ),
  );
}

function addSteering(schedule: Command): void {
  const steer = (name: 'pause' | 'unpause' | 'trigger', sentence: string) =>
    declare(schedule, `${name} <file>`, sentence, `schedule ${name} ${DEMO}`).action(
      (file: string, options: Json) =>
        runCommand(options, async (output) =>
          (await import('../schedule/schedule-steering.js')).steerSchedule(name, file, output),
        ),
    );
  steer('pause', 'start no further runs');
  steer('unpause', 'go on after a pause');
  steer('trigger', 'start a run now, unless one is in progress');
  declare(
    schedule,
    'backfill <file>',
    'make up for the runs of a period',
    `schedule backfill ${DEMO} --from 2026-11-20 --to 2026-11-22`,
  )
    .requiredOption('--from <time>', 'a date, or a time with its offset', pointInTime)
    .requiredOption('--to <time>', 'the same', pointInTime)
    .action((file: string, options: Json & { from: Date; to: Date }) =>
      runCommand(options, async (output) =>
        (await import('../schedule/schedule-steering.js')).scheduleBackfill(file, options, output),
      ),
    );
  declare(schedule, 'delete <file>', 'delete a schedule; images stay', `schedule delete ${DEMO}`).action(
    (file: string, options: Json) =>
      runCommand(options, async (output) =>
        (await import('../schedule/schedule-steering.js')).scheduleDelete(file, output),
      ),
  );
}

const collect = (text: string, before: string[] = []): string[] => [...before, text];
