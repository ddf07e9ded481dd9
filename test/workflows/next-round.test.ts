/** From what a show is planned once more. */
import { describe, expect, it } from 'vitest';
import { failedInRun, nextEdition, sameAgain } from '../../workflows/next-round.js';

const plan = { planId: 'repair-1', pages: 1, cues: 1, variants: 5, stored: 3 };
const input = { project: 'test', version: 'v1', bundleKey: 'bundle', window: 4 };

describe('the round that tries again what failed', () => {
  it('takes what failed in this run, of what was selected', () => {
    const selection = { mode: 'force', cues: ['a'], limit: 3 } as const;
    expect(failedInRun(selection, 'run')).toEqual({ mode: 'failed', failedIn: 'run', cues: ['a'] });
    expect(failedInRun(undefined, 'run')).toEqual({ mode: 'failed', failedIn: 'run' });
  });
});

describe('another edition', () => {
  it('leaves a plan that was brought along behind, and uses up a limit', () => {
    const stored = { stored: 2, degraded: 1 };
    expect(nextEdition({ ...input, plan }, 'other', stored)).toEqual({ ...input, bundleKey: 'other' });
    const limited = { ...input, selection: { mode: 'missing', limit: 5 } as const };
    expect(nextEdition(limited, 'other', stored).selection).toEqual({ mode: 'missing', limit: 2 });
  });
});

describe('a show whose counts do not add up', () => {
  it('is planned once more for whatever is missing of its selection', () => {
    expect(sameAgain({ ...input, plan })).toEqual({ ...input, selection: { mode: 'missing' } });
    const forced = { ...input, selection: { mode: 'force', programs: ['P4'] } as const };
    expect(sameAgain(forced).selection).toEqual({ mode: 'missing', programs: ['P4'] });
  });
});
