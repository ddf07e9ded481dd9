/** The selection from which a show is planned again. */
import { describe, expect, it } from 'vitest';
import { failedInRun, nextEdition, sameAgain } from '../../workflows/next-round.js';

const plan = { planId: 'repair-1', pages: 1, cues: 1, variants: 5, stored: 3 };
const input = { project: 'test', version: 'v1', bundleKey: 'bundle', window: 4 };

describe('the round that tries again what failed', () => {
  it('selects the failures of this run, within the selection', () => {
    const selection = { mode: 'force', cues: ['a'], limit: 3 } as const;
    expect(failedInRun(selection, 'run')).toEqual({ mode: 'failed', failedIn: 'run', cues: ['a'] });
    expect(failedInRun(undefined, 'run')).toEqual({ mode: 'failed', failedIn: 'run' });
  });
});

describe('another edition', () => {
  it('drops a plan that the run was started with, and uses up a limit', () => {
    const stored = { stored: 2, degraded: 1 };
    expect(nextEdition({ ...input, plan }, 'other', stored)).toEqual({ ...input, bundleKey: 'other' });
    const limited = { ...input, selection: { mode: 'missing', limit: 5 } as const };
    expect(nextEdition(limited, 'other', stored).selection).toEqual({ mode: 'missing', limit: 2 });
  });
});

describe('a show whose counts do not add up', () => {
  it('is planned once more for everything that is missing of its selection', () => {
    expect(sameAgain({ ...input, plan })).toEqual({ ...input, selection: { mode: 'missing' } });
    const forced = { ...input, selection: { mode: 'force', programs: ['P4'] } as const };
    expect(sameAgain(forced).selection).toEqual({ mode: 'missing', programs: ['P4'] });
  });
});
