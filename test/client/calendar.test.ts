import { describe, expect, it } from 'vitest';
import { parseCalendar } from '../../client/schedule/calendar.js';

const only = (number: number) => [{ start: number, end: number, step: 1 }];
const at = (hour: number, minute: number) => ({ hour: only(hour), minute: only(minute), second: only(0) });

describe('a calendar in one line', () => {
  it.each([
    ['03:30', at(3, 30)],
    ['Mon-Fri 9:00', { dayOfWeek: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'], ...at(9, 0) }],
    ['sat..mon,wednesday 9:00', { dayOfWeek: ['SATURDAY', 'SUNDAY', 'MONDAY', 'WEDNESDAY'], ...at(9, 0) }],
    ['*-*-01 4:00', { dayOfMonth: only(1), month: expect.any(Array), ...at(4, 0) }],
    [
      '2026-6..8-1 0:00',
      { year: only(2026), month: ['JUNE', 'JULY', 'AUGUST'], dayOfMonth: only(1), ...at(0, 0) },
    ],
    ['8..18/2:15:30', { hour: [{ start: 8, end: 18, step: 2 }], minute: only(15), second: only(30) }],
    [
      '*:0/20',
      { hour: [{ start: 0, end: 23, step: 1 }], minute: [{ start: 0, end: 59, step: 20 }], second: only(0) },
    ],
  ])('reads "%s"', (text, expected) => {
    expect(parseCalendar(text)).toEqual({ ...expected, comment: text });
  });

  it.each([
    '',
    'noon',
    '24:00',
    '3:60',
    '3',
    'Mo 3:00',
    'Mon-Xyz 3:00',
    '*-13-01 3:00',
    '06-01 3:00',
    '3:00 Mon',
    '5..3:00',
    '*/0:00',
  ])('refuses "%s"', (text) => {
    expect(parseCalendar(text)).toBeUndefined();
  });
});
