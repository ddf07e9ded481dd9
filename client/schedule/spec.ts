/**
 * When a schedule runs: from the flags of a command to what Temporal understands, and back into words.
 */
import type { ScheduleSpec, ScheduleSpecDescription } from '@temporalio/client';
import { type Problem, refuseIfAny } from '../../domain/problems.js';
import { duration } from '../terminal/quantities.js';
import { parseCalendar } from './calendar.js';

export interface TimeFlags {
  readonly cron?: readonly string[];
  /** Milliseconds. */
  readonly every?: number;
  readonly calendar?: readonly string[];
  /** IANA name. */
  readonly timezone?: string;
}

/** Whether the flags say when to run. */
export const saysWhen = ({ cron, every, calendar }: TimeFlags): boolean =>
  cron !== undefined || every !== undefined || calendar !== undefined;

/** The spec that the flags describe, in UTC unless they name a time zone. Throws an InvalidInputError with every problem. */
export function specOf({ cron = [], every, calendar = [], timezone = 'UTC' }: TimeFlags): ScheduleSpec {
  const calendars = calendar.map((text) => ({ text, parsed: parseCalendar(text) }));
  refuseIfAny('schedule', [
    ...cron.filter((text) => !isCron(text)).map(cronProblem),
    ...calendars.filter(({ parsed }) => parsed === undefined).map(({ text }) => calendarProblem(text)),
    ...timezoneProblems(timezone),
  ]);
  return {
    ...(cron.length > 0 ? { cronExpressions: cron.map(remembered) } : {}),
    ...(every === undefined ? {} : { intervals: [{ every }] }),
    ...(calendars.length > 0 ? { calendars: calendars.flatMap(({ parsed }) => parsed ?? []) } : {}),
    timezone,
  };
}

/** Whether this machine knows the time zone; servers know the same ones. */
export function timezoneProblems(timezone: string): Problem[] {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return [];
  } catch {
    return [
      { where: '--timezone', message: `unknown time zone "${timezone}", expected a name like Europe/Berlin` },
    ];
  }
}

/** `0 3 * * *, Europe/Berlin`. */
export function describeSpec({ calendars = [], intervals = [], timezone }: ScheduleSpecDescription): string {
  const times = [
    ...calendars.map(({ comment = '' }) => (comment === '' ? 'a calendar of another program' : comment)),
    ...intervals.map(({ every }) => `every ${duration(every / 1000)}`),
  ];
  return `${times.join('; ') || 'never'}, ${timezone === undefined || timezone === '' ? 'UTC' : timezone}`;
}

/** The server keeps what an expression means, and of its words only the comment. */
const remembered = (cron: string): string => `${cron.trim()} #${cron.trim()}`;

/** The server understands more than can be checked here and has the last word; five to seven fields, or a name. */
const isCron = (text: string): boolean =>
  /^@[a-z]+( \S+)?$/.test(text) || /^\S+(\s+\S+){4,6}$/.test(text.trim());

const cronProblem = (text: string): Problem => ({
  where: '--cron',
  message: `expected minute, hour, day of month, month and day of week like "0 3 * * *", got "${text}"`,
});

const calendarProblem = (text: string): Problem => ({
  where: '--calendar',
  message: `expected [days] [year-month-day] hour:minute like "Mon-Fri 03:30" or "*-*-01 04:00", got "${text}"`,
});
