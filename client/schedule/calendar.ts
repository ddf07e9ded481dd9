/**
 * A calendar in one line, in the manner of systemd's timers: days of the week, a date, a time of day; only the time is
 * required. `03:30`, `Mon-Fri 03:30`, `*-*-01 04:00`, `Sat,Sun *-6..8-* 9:00/30`.
 */
import { type CalendarSpec, DAYS_OF_WEEK, type DayOfWeek, MONTHS } from '@temporalio/client';
import { type NumberRange, parseRanges } from './ranges.js';

/** Years that a schedule of this system can mean. */
const YEARS = { min: 2000, max: 2100 } as const;

/** Parses a calendar; undefined if the text is none. */
export function parseCalendar(text: string): CalendarSpec | undefined {
  const words = text.trim().split(/\s+/);
  const time = parseTime(words.pop() ?? '');
  const days = /^[a-z]/i.test(words[0] ?? '') ? parseDays(words.shift() ?? '') : {};
  const date = words.length > 0 ? parseDate(words.shift() ?? '') : {};
  if (time === undefined || days === undefined || date === undefined || words.length > 0) return undefined;
  return { ...days, ...date, ...time, comment: text.trim() };
}

function parseTime(text: string): CalendarSpec | undefined {
  const [hours = '', minutes = '', seconds = '0', ...rest] = text.split(':');
  const hour = parseRanges(hours, 0, 23);
  const minute = parseRanges(minutes, 0, 59);
  const second = parseRanges(seconds, 0, 59);
  return hour && minute && second && rest.length === 0 ? { hour, minute, second } : undefined;
}

function parseDate(text: string): CalendarSpec | undefined {
  const [years = '', months = '', days = '', ...rest] = text.split('-');
  const year = parseRanges(years, YEARS.min, YEARS.max);
  const month = parseRanges(months, 1, 12);
  const dayOfMonth = parseRanges(days, 1, 31);
  if (!year || !month || !dayOfMonth || rest.length > 0) return undefined;
  return {
    ...(years === '*' ? {} : { year }),
    month: numbersIn(month).flatMap((n) => MONTHS[n - 1] ?? []),
    dayOfMonth,
  };
}

/** `Mon`, `Mon-Fri`, `Fri-Mon`, `Tue,Thu`; a day by its first three letters or more. */
function parseDays(text: string): CalendarSpec | undefined {
  const days = text.split(',').map(parseDayRange);
  return days.every((range) => range !== undefined) ? { dayOfWeek: days.flat() } : undefined;
}

function parseDayRange(text: string): DayOfWeek[] | undefined {
  const [first = '', last = first, ...rest] = text.split(/-|\.\./);
  const start = dayNumber(first);
  const end = dayNumber(last);
  if (start < 0 || end < 0 || rest.length > 0) return undefined;
  const length = ((end - start + 7) % 7) + 1;
  return Array.from({ length }, (_, index) => DAYS_OF_WEEK[(start + index) % 7] ?? 'SUNDAY');
}

const dayNumber = (name: string): number =>
  name.length < 3 ? -1 : DAYS_OF_WEEK.findIndex((day) => day.startsWith(name.toUpperCase()));

const numbersIn = (ranges: readonly NumberRange[]): number[] =>
  ranges.flatMap(({ start, end, step }) =>
    Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step),
  );
