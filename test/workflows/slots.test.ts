/** The window is dealt to the cues in flight, older ones first, and never twice. */
import { expect, test } from 'vitest';
import { dealSlots, freeSlots } from '../../workflows/slots.js';

test('the oldest cue gets what it can use, the next what is left', () => {
  expect(dealSlots(16, [{ wanted: 8 }, { wanted: 50 }])).toEqual([8, 8]);
});

test('a window of nothing pauses every cue', () => {
  expect(dealSlots(0, [{ wanted: 8 }, { wanted: 50 }])).toEqual([0, 0]);
});

test('a window that was made smaller has no free slots until cues have ended', () => {
  expect(freeSlots(4, [{ granted: 8 }])).toBe(-4);
  expect(freeSlots(16, [{ granted: 8 }, { granted: 2 }])).toBe(6);
});
