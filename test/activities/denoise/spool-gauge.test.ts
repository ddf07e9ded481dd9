/** The spool gauge: heartbeats report how full the spool is, without waiting for a measurement. */
import { expect, test } from 'vitest';
import { SpoolGauge } from '../../../activities/denoise/spool-gauge.js';
import type { SpoolUsage } from '../../../domain/denoise-heartbeat.js';

const usage = (bytes: number): SpoolUsage => ({ bytes, budgetBytes: 100, renditions: 1 });

/** A spool whose measurements end when the test lets them. */
function slowSpool() {
  const waiting: { resolve: (usage: SpoolUsage) => void; reject: (error: Error) => void }[] = [];
  const spool = {
    usage: () => new Promise<SpoolUsage>((resolve, reject) => waiting.push({ resolve, reject })),
  };
  return { spool, waiting };
}

test('a reading returns the last figure, and begins at most one measurement at a time', async () => {
  const { spool, waiting } = slowSpool();
  const gauge = new SpoolGauge(spool);
  expect(gauge.read()).toBeUndefined();
  expect(gauge.read()).toBeUndefined();
  expect(waiting).toHaveLength(1);
  waiting[0]?.resolve(usage(7));
  await expect.poll(() => gauge.read()).toEqual(usage(7));
  // The next measurement begins seconds later.
  expect(waiting).toHaveLength(1);
});

test('a figure that was measured for another purpose is used at once; a spool that cannot be measured has none', async () => {
  const { spool, waiting } = slowSpool();
  const gauge = new SpoolGauge(spool);
  gauge.note(usage(90));
  expect(gauge.read()).toEqual(usage(90));
  waiting[0]?.reject(new Error('EIO'));
  await expect.poll(() => gauge.read()).toBeUndefined();
});
