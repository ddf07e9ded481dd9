/** Every activity of a workflow has two time limits, and workflows use no options outside of this list. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ActivityOptions } from '@temporalio/workflow';
import { expect, test } from 'vitest';
import { DEFAULT_RETRY_LIMITS } from '../../domain/retry-limits.js';
import {
  denoiseOptions,
  holderSilenceMs,
  PLAN_OPTIONS,
  spoolOptions,
} from '../../workflows/activity-options.js';
import { sampleVariant } from './samples.js';

const ALL: [string, ActivityOptions][] = Object.entries({
  denoise: denoiseOptions(sampleVariant('bounds').request),
  denoiseOnHolder: denoiseOptions(sampleVariant('bounds').request, { spoolId: 'a', step: 3 }),
  ...spoolOptions('a', DEFAULT_RETRY_LIMITS),
  ...PLAN_OPTIONS,
});

test.each(ALL)("%s has a limit per attempt, and its worker's death or absence is noticed", (_, options) => {
  expect(options.startToCloseTimeout).toBeDefined();
  expect(options.heartbeatTimeout ?? options.scheduleToStartTimeout).toBeDefined();
});

test.each(ALL)(
  '%s says where it runs, what it is for, how it is retried and how it is cancelled',
  (_, options) => {
    expect(options.taskQueue).toBeDefined();
    expect(options.summary).toBeDefined();
    expect(options.retry).toBeDefined();
    expect(options.cancellationType).toBeDefined();
  },
);

test('a machine that holds steps is waited for as long as they would take again, a quarter of an hour at most', () => {
  const holder = { spoolId: 'a', step: 3 };
  expect(holderSilenceMs(holder)).toBe(15_000);
  expect(holderSilenceMs({ ...holder, doneMs: 4_000 })).toBe(15_000);
  expect(holderSilenceMs({ ...holder, doneMs: 95_000 })).toBe(95_000);
  expect(holderSilenceMs({ ...holder, doneMs: 3_600_000 })).toBe(900_000);
});

test('workflows call activities with these options only', () => {
  const folder = fileURLToPath(new URL('../../workflows/', import.meta.url));
  const calls = readdirSync(folder).flatMap((file) =>
    [...readFileSync(folder + file, 'utf8').matchAll(/proxyActivities<\w+>\(([^)]*)/g)].map(
      (match) => match[1],
    ),
  );
  expect(calls.length).toBeGreaterThan(5);
  for (const options of calls) expect(options).toMatch(/^(PLAN_OPTIONS\.|options\.|denoiseOptions\()/);
});
