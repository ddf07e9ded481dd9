/** What a GPU worker's devices say of themselves. */
import { expect, it, onTestFinished } from 'vitest';
import { readConfiguration } from '../../domain/configuration.js';
import { healthOf } from '../../workers/health-of-role.js';
import { gpuDevices } from '../../workers/roles/gpu-devices.js';
import { quiet } from '../support/temporal.js';

it('a device on which images fail is failing, with the reason, until it has made one', async () => {
  quiet();
  const configuration = readConfiguration({ PREGEN_DEVICES: 'cpu,cpu' });
  const health = healthOf('gpu', configuration);
  const { devices, close } = gpuDevices(configuration, {}, health);
  onTestFinished(close);
  for (const part of ['server', 'store', 'spool'] as const) health.report(part, 'ready');
  const [first, second] = devices.all;
  first?.health.failed('a', 'enough', 'the model cannot be loaded');
  expect(health.parts.filter(({ state }) => state !== 'ready')).toMatchObject([
    { part: 'device cpu:0', state: 'failing', reason: expect.stringMatching(/30 s.*cannot be loaded/) },
  ]);
  expect(health.isReady).toBe(true);
  second?.health.failed('a', 'enough', 'the model cannot be loaded');
  expect(health.isReady).toBe(false);
  first?.health.finished('b');
  expect(health.isReady).toBe(true);
});
