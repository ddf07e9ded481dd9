/** How `show status` describes the last run: with the variants it was for, and never a failure as completed. */
import { expect, test } from 'vitest';
import { describeLastRun, hasFailed, type LastRun } from '../../live/last-run.js';

const ALL = { planned: 27, stored: 27, degraded: 0, failed: 0, cancelled: 0, skipped: 0 };
const PART = { ...ALL, planned: 5, stored: 0 };

const cases: [LastRun, string | undefined, boolean][] = [
  [{}, undefined, false],
  [{ lastRun: 'COMPLETED', lastRunCounts: ALL }, 'completed', false],
  [
    { lastRun: 'COMPLETED', lastRunCounts: { ...PART, stored: 4, degraded: 1 } },
    'completed; of its 5 variants 5 are stored',
    false,
  ],
  [
    { lastRun: 'COMPLETED', lastRunCounts: { ...PART, stored: 3, failed: 2 } },
    'ended; of its 5 variants 3 are stored, 2 failed',
    false,
  ],
  [
    { lastRun: 'COMPLETED', lastRunCounts: { ...ALL, stored: 26, cancelled: 1 } },
    'completed; of its 27 variants 26 are stored, 1 were cancelled',
    false,
  ],
  [
    { lastRun: 'FAILED', lastRunCounts: { ...PART, failed: 5 } },
    'failed; of its 5 variants 0 are stored, 5 failed',
    true,
  ],
  [{ lastRun: 'FAILED', lastRunReason: 'no model' }, 'failed, because no model', true],
  [{ lastRun: 'CANCELLED' }, 'cancelled', false],
];

test.each(cases)('%j', (run, words, failed) => {
  expect(describeLastRun(run, 27)).toBe(words);
  expect(hasFailed(run)).toBe(failed);
});
