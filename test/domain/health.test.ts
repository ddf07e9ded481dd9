/** When a process is ready, and what its parts say. */
import { expect, it } from 'vitest';
import { Health } from '../../domain/health.js';

it('is ready when every part is, and says of each since when', () => {
  let second = 0;
  const now = () => new Date(Date.UTC(2026, 0, 1, 0, 0, second++));
  const health = new Health({ parts: ['server', 'store'], now });
  health.report('server', 'ready');
  expect(health.isReady).toBe(false);
  health.report('store', 'failing', 'the bucket does not exist');
  health.report('store', 'failing', 'the bucket still does not exist');
  expect(health.isReady).toBe(false);
  expect(health.parts[1]).toEqual({
    ...{ part: 'store', state: 'failing', reason: 'the bucket still does not exist' },
    since: '2026-01-01T00:00:03.000Z',
  });
  health.report('store', 'ready');
  expect(health.isReady).toBe(true);
  expect(health.parts[1]).not.toHaveProperty('reason');
});

it('is ready as long as one of several devices is', () => {
  const health = new Health({ parts: ['device cuda:0', 'device cuda:1'] });
  health.report('device cuda:1', 'ready');
  health.report('device cuda:0', 'failing', 'out of memory');
  expect(health.isReady).toBe(true);
  health.report('device cuda:1', 'failing', 'out of memory');
  expect(health.isReady).toBe(false);
});
