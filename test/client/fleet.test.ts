/** What an operator is told of the machines, from what the server knows of them. */
import { describe, expect, test } from 'vitest';
import { describeFleet } from '../../client/fleet/describe-fleet.js';
import { devicesFor, forecast } from '../../client/fleet/forecast.js';
import { machineReports } from '../../client/fleet/machines.js';
import type { DenoiseHeartbeat } from '../../domain/denoise-heartbeat.js';
import { gpuWorkerIdentity, machineOfIdentity, spoolOfIdentity } from '../../domain/worker-identity.js';
import type { ImageOnGpu } from '../../live/ordered-images.js';

const NOW = Date.parse('2026-11-27T20:00:00Z');
const ago = (seconds: number) => NOW - 1000 * seconds;

const image = (variantId: number, more: Partial<DenoiseHeartbeat>, seconds = 1): ImageOnGpu => ({
  address: { project: 'show', version: 'v1', cueId: 'dawn', variantId },
  heartbeat: {
    ...{ phase: 'denoising', step: 4, of: 20, doneMs: 2000, at: new Date(ago(seconds)).toISOString() },
    ...{ spoolId: 'a', host: 'gpu-1', runsOn: 'cuda' },
    ...more,
  },
});

const two = { host: 'gpu-1', spoolId: 'a', devices: ['cuda:0', 'cuda:1'], polledAt: ago(10) };

describe('a machine', () => {
  test('is known by its name and its devices, in this version and in the one before', () => {
    const machine = { host: 'gpu-1', spoolId: '0a1b', devices: ['cuda:0', 'cuda:1'] };
    const identity = gpuWorkerIdentity(4711, machine);
    expect(machineOfIdentity(identity)).toEqual(machine);
    expect(spoolOfIdentity(identity)).toBe('0a1b');
    expect(machineOfIdentity('4711@gpu-1 spool 0a1b')).toEqual({ host: 'gpu-1', spoolId: '0a1b' });
    expect(machineOfIdentity('4711@laptop')).toBeUndefined();
  });

  test('is shown with all its devices, and what each has in hand, the one being computed first', () => {
    const images = [
      image(1, { device: 'cuda:1', phase: 'queued', step: 0 }),
      image(2, { device: 'cuda:1' }),
      image(3, { device: 'cuda:1' }, 60),
    ];
    const [report] = machineReports([two], images, NOW);
    expect(report).toMatchObject({ host: 'gpu-1', state: 'working' });
    expect(report?.devices).toMatchObject([
      { name: 'cuda:0', images: [] },
      { name: 'cuda:1', images: [{ variantId: 2, step: 4, of: 20 }, { variantId: 1 }], secondsPerStep: 0.5 },
    ]);
  });

  test.each([
    ['that asks for images', 80, 'ready', {}],
    ['that has not asked for a while', 120, 'silent', { silentSeconds: 120 }],
  ])('%s has nothing in hand', (_, seconds, state, more) => {
    const [report] = machineReports([{ host: 'gpu-2', spoolId: 'b', polledAt: ago(seconds) }], [], NOW);
    expect(report).toEqual({ host: 'gpu-2', spoolId: 'b', state, devices: [{ images: [] }], ...more });
  });

  test('that works without asking, because it has enough in hand, is known by its heartbeats', () => {
    expect(machineReports([], [image(1, {})], NOW)).toMatchObject([{ host: 'gpu-1', state: 'working' }]);
  });
});

describe('a forecast', () => {
  const machines = machineReports(
    [two],
    [image(1, { device: 'cuda:0' }), image(2, { device: 'cuda:1' })],
    NOW,
  );

  test('goes by what was finished lately', () => {
    expect(forecast(machines, 100, 5)).toEqual({ devices: 2, imagesPerMinute: 5, secondsLeft: 1200 });
  });

  test('goes by the steps of the images in hand while nothing is finished yet', () => {
    expect(forecast(machines, 100, 0)).toMatchObject({ imagesPerMinute: 12, secondsLeft: 500 });
  });

  test('is none where nothing is left, or nothing works', () => {
    expect(forecast(machines, 0, 5)).toBeUndefined();
    expect(forecast(machineReports([two], [], NOW), 100, 5)).toBeUndefined();
  });

  test('says how many devices would be done in time', () => {
    expect(devicesFor({ devices: 2, secondsLeft: 3600 }, 1200)).toBe(6);
    expect(devicesFor({ devices: 2, secondsLeft: 3600 }, 1190)).toBe(7);
  });
});

test('people read a line for each device, what is left, and how many it takes', () => {
  const machines = machineReports(
    [two, { host: 'gpu-2', spoolId: 'b', polledAt: ago(120) }],
    [image(2, { device: 'cuda:0' }), image(3, { device: 'cuda:0', phase: 'queued', step: 0 })],
    NOW,
  );
  const expected = { devices: 1, imagesPerMinute: 2, secondsLeft: 3600 };
  const text = describeFleet({
    ...{ machines, imagesPerMinute: 2, forecast: expected },
    queues: [
      { taskQueue: 'pregen-gpu', backlog: 7, machines: 2 },
      { taskQueue: 'pregen-gpu.big', backlog: 3, machines: 0 },
    ],
    shows: [{ show: { project: 'show', version: 'v1' }, left: 120, paused: false }],
    within: { seconds: 1800, devices: 2 },
  });
  expect(text).toMatch(/gpu-1 +cuda:0 +0\.50 +dawn #2: denoising 4\/20, and 1 more/);
  expect(text).toMatch(/gpu-1 +cuda:1 +nothing/);
  expect(text).toMatch(/gpu-2 .*takes no images for 2 min/);
  expect(text).toContain(
    'pregen-gpu: 7 ordered and on no machine yet\npregen-gpu.big: 3 ordered and on no machine yet; no machine serves it (PREGEN_QUEUES)\n2.0 images a minute lately',
  );
  expect(text).toContain('show/v1: 120 left');
  expect(text).toContain('1 device would be done in 1 h');
  expect(text).toContain('2 devices would be done within 30 min');
});
