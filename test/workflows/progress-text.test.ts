/** The current details of a show in the Temporal Web UI, which agree with `show status`. */
import { expect, test } from 'vitest';
import type { ShowProgress } from '../../domain/progress.js';
import { describeShow } from '../../workflows/progress-text.js';

const BEGAN = '2026-11-24T03:00:00.000Z';
const progress: Omit<ShowProgress, 'runId'> = {
  phase: 'running',
  planned: 100,
  skipped: 40,
  ...{ stored: 18, degraded: 1, failed: 1, cancelled: 0 },
  pagesInFlight: [
    {
      workflowId: 'pregen/test/v1/page-1',
      counts: { stored: 18, degraded: 1, failed: 1, cancelled: 0, skipped: 0 },
    },
  ],
  failures: [{ cueId: 'prompt_1_00_00_10', variantId: 7, reason: 'NonFiniteLatents: NaN at step 3' }],
  startedAt: BEGAN,
  pausedSeconds: 300,
  window: 8,
};

test('details have counts, pace without pauses, window, pages in flight and a few failures', () => {
  const text = describeShow(progress, Date.parse(BEGAN) + 15 * 60_000);
  expect(text.split('\n\n')).toEqual([
    '**running**: 20 of 60 variants: 18 stored, 1 degraded, 1 failed; 40 were stored before',
    'began 2026-11-24T03:00:00.000Z · 2.0 variants a minute',
    'window 8 · pages in flight: 1',
    '- prompt_1_00_00_10 #7: NonFiniteLatents: NaN at step 3',
  ]);
});

test('details say why the show paused by itself, and have no pace before the first variant has ended', () => {
  const text = describeShow(
    {
      ...progress,
      phase: 'paused',
      stored: 0,
      degraded: 0,
      failed: 0,
      failures: [],
      pausedBecause: 'too many',
    },
    Date.parse(BEGAN),
  );
  expect(text).toContain('**paused**');
  expect(text).toContain('too many');
  expect(text).not.toContain('a minute');
});
