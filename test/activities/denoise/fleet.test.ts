/** What a GPU machine does among others: which images it leaves to them, and what it says of one that failed on it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { DeviceHealth } from '../../../activities/denoise/device-health.js';
import { type Device, Devices } from '../../../activities/denoise/devices.js';
import { accountFor, type Fleet, whyElsewhere } from '../../../activities/denoise/fleet.js';
import { GPU_QUEUE, gpuSpoolQueue } from '../../../domain/task-queues.js';
import { type Engine, EngineFailedError, type EngineFailureKind } from '../../../engine/engine.js';
import { requestFor } from '../../support/rendering.js';

let others: readonly string[] = [];
const fleet: Fleet = { host: 'gpu-1', otherSpools: async () => others };
let devices: Devices;
beforeEach(() => {
  others = ['theirs'];
  devices = new Devices([newDevice(undefined)]);
});

function newDevice(name: string | undefined): Device {
  const engine: Engine = {
    generate: () => {
      throw new Error('nothing is computed here');
    },
  };
  const health = new DeviceHealth({ who: name ?? 'This machine', pauseMs: 60_000, report: () => {} });
  return { name, engine, health };
}

/** What an image begins on now. */
const begin = (renditionId: string, model = 'sdxl'): Device | undefined =>
  devices.take(renditionId, model)?.device;

const order = { spoolId: 'ours', taskQueue: GPU_QUEUE, failedOn: ['ours'] };

describe('an image that has failed on this machine', () => {
  test('is left to another machine that polls', async () => {
    expect(await whyElsewhere(fleet, order)).toBe('it has failed on gpu-1');
  });

  test.each([
    ['there is no other machine', [], order],
    ['it has failed on the others, too', ['theirs'], { ...order, failedOn: ['ours', 'theirs'] }],
    ['it is asked to go on at its checkpoint', ['theirs'], { ...order, taskQueue: gpuSpoolQueue('ours') }],
    ['it has failed elsewhere only', ['theirs'], { ...order, failedOn: ['theirs'] }],
  ])('begins here if %s', async (_, spools, asked) => {
    others = spools;
    expect(await whyElsewhere(fleet, asked)).toBeUndefined();
  });

  test('begins here if the server does not say which machines there are', async () => {
    const blind = { ...fleet, otherSpools: () => Promise.reject(new Error('unavailable')) };
    expect(await whyElsewhere(blind, order)).toBeUndefined();
  });
});

const only = (): Device => devices.all[0] as Device;

const failWith = (kind: EngineFailureKind, renditionId = 'a', device = only()) => {
  const error = new EngineFailedError({ kind, message: 'no' });
  return accountFor(error, fleet, { renditionId, spoolId: 'ours', device, devices }, requestFor(1));
};

describe('a machine beside others', () => {
  test('is off the queue at once if it cannot load a model, and after three images that fail otherwise', async () => {
    await failWith('internal', 'a');
    await failWith('internal', 'b');
    expect(only().health.waitMs).toBe(0);
    await failWith('non-finite', 'c');
    expect(only().health.waitMs).toBeGreaterThan(0);
    expect(begin('d')).toBeUndefined();
  });

  test('gives no account of what no machine could do', async () => {
    expect(await failWith('request')).toBeUndefined();
    expect(await failWith('disk-full')).toBeUndefined();
    expect(only().health.waitMs).toBe(0);
  });
});

describe('a machine alone', () => {
  beforeEach(() => {
    others = [];
  });

  test('is never off the queue', async () => {
    for (const image of ['a', 'b', 'c', 'd']) await failWith('model', image);
    expect(begin('e')).toBe(only());
  });

  test('says whether it makes other images', async () => {
    expect(await failWith('model')).toMatchObject({ didWell: false, isAlone: true, host: 'gpu-1' });
    only().health.finished('b');
    expect(await failWith('model')).toMatchObject({ didWell: true });
    expect(await failWith('model')).toMatchObject({ didWell: true });
  });
});

describe('a machine with two devices', () => {
  let bad: Device;
  let good: Device;
  beforeEach(() => {
    [bad, good] = [newDevice('cuda:0'), newDevice('cuda:1')];
    devices = new Devices([bad, good]);
    others = [];
  });

  test('shares images out, and keeps models where they are loaded', () => {
    const begun = ['a', 'b', 'c', 'd'].map((image) => begin(image)?.name);
    expect(begun).toEqual(['cuda:0', 'cuda:1', 'cuda:0', 'cuda:1']);
    const holds = [devices.take('e', 'flux'), devices.take('f', 'sdxl')];
    for (const hold of holds) hold?.release();
    expect(begin('g', 'flux')).toBe(holds[0]?.device);
    expect(begin('h', 'sdxl')).toBe(holds[1]?.device);
  });

  test('takes the device that fails off the queue, though it is alone, and never the last one', async () => {
    expect(devices.capacity(2)).toBe(4);
    await failWith('model', 'a', bad);
    expect(devices.capacity(2)).toBe(2);
    await failWith('model', 'b', good);
    expect(devices.capacity(2)).toBe(2);
    expect(['c', 'd', 'e'].map((image) => begin(image)?.name)).toEqual(['cuda:1', 'cuda:1', 'cuda:1']);
  });

  test('tries an image that failed on one of them on the other, however many wait there, and says where it failed', async () => {
    expect(await failWith('non-finite', 'a', bad)).toMatchObject({ device: 'cuda:0', didWell: false });
    for (const image of ['b', 'c', 'd']) begin(image);
    expect(devices.canTryElsewhere('a')).toBe(true);
    expect(begin('a')).toBe(good);
    await failWith('non-finite', 'a', good);
    expect(devices.canTryElsewhere('a')).toBe(false);
  });

  test('tries it anywhere again once it has been made', async () => {
    await failWith('non-finite', 'a', bad);
    devices.finished(good, 'a');
    begin('b');
    begin('c');
    begin('d');
    expect(begin('a')).toBe(good);
    expect(begin('a')).toBe(bad);
  });

  test('does not count on one that takes no images yet', async () => {
    devices.hold(good);
    await failWith('internal', 'a', bad);
    expect(devices.canTryElsewhere('a')).toBe(false);
    expect(devices.capacity(2)).toBe(2);
    devices.letIn(good);
    expect(devices.canTryElsewhere('a')).toBe(true);
    expect(devices.capacity(2)).toBe(4);
  });

  test('is not idle while it loads models or has an image in hand', async () => {
    await sleep(20);
    expect(devices.idleMs).toBeGreaterThan(0);
    await devices.whileLoading(async () => expect(devices.idleMs).toBe(0));
    await sleep(20);
    const hold = devices.take('a', 'sdxl');
    expect(devices.idleMs).toBe(0);
    hold?.release();
    await sleep(20);
    expect(devices.idleMs).toBeGreaterThan(0);
  });

  test('compares a device with itself only', async () => {
    good.health.finished('b');
    expect(await failWith('internal', 'a', bad)).toMatchObject({ didWell: false });
    expect(await failWith('internal', 'a', bad)).toMatchObject({ didWell: false });
  });
});
