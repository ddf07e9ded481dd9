/** Tests of the chaos test's own parts: the schedule of faults, and the count of steps. */
import { describe, expect, it } from 'vitest';
import { CHAOS_FAULTS } from './faults.js';
import { schedule } from './schedule.js';
import { countSteps, type StepNote } from './steps.js';

describe('a seed', () => {
  const strikes = (seed: number, count: number) => {
    const drawn = schedule(CHAOS_FAULTS, seed);
    return Array.from({ length: count }, () => {
      const { fault, pauseMs, mends, random } = drawn.next().value;
      return [fault.name, pauseMs, mends, random()];
    });
  };

  it('gives the same faults in the same order each time, and another seed others', () => {
    expect(strikes(7, 200)).toEqual(strikes(7, 200));
    expect(strikes(8, 200)).not.toEqual(strikes(7, 200));
  });

  it('comes to every fault in a run of ten minutes', () => {
    for (const seed of [1, 2, 3])
      expect(new Set(strikes(seed, 180).map(([name]) => name)).size).toBe(CHAOS_FAULTS.length);
  });
});

describe('the count of steps', () => {
  const computed = (step: number, rendition = 'a'): StepNote => ({ what: 'computed', rendition, step });
  const durable = (step: number, rendition = 'a'): StepNote => ({ what: 'durable', rendition, step });

  it('finds nothing computed twice in a calm run', () => {
    const notes = [computed(1), computed(2), durable(1), computed(1, 'b'), durable(2), durable(1, 'b')];
    expect(countSteps(notes)).toEqual({ onePass: 3, inFlight: 0, recomputed: 0, recomputedIn: [] });
  });

  it('tells a step that was in flight when a process was killed from one that was durable', () => {
    const notes = [computed(1), durable(1), computed(2), computed(2), durable(2)];
    expect(countSteps(notes)).toMatchObject({ onePass: 2, inFlight: 1, recomputed: 0 });
    expect(countSteps([...notes, computed(2)])).toEqual({
      onePass: 2,
      inFlight: 1,
      recomputed: 1,
      recomputedIn: ['a'],
    });
  });
});
