/** What a GPU machine does among others: which images it leaves to them, and what it says of one that failed on it. */
import { beforeEach, describe, expect, test } from 'vitest';
import { accountFor, type Fleet, whyElsewhere } from '../../../activities/denoise/fleet.js';
import { MachineHealth } from '../../../activities/denoise/machine-health.js';
import { GPU_QUEUE, gpuSpoolQueue } from '../../../domain/task-queues.js';
import { EngineFailedError, type EngineFailureKind } from '../../../engine/engine.js';
import { requestFor } from '../../support/rendering.js';

let others: readonly string[] = [];
let fleet: Fleet;
beforeEach(() => {
  others = ['theirs'];
  const health = new MachineHealth({ pauseMs: 60_000, report: () => {} });
  fleet = { host: 'gpu-1', health, otherSpools: async () => others };
});

const order = { renditionId: 'a', spoolId: 'ours', taskQueue: GPU_QUEUE, failedOn: ['ours'] };

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

const failWith = (kind: EngineFailureKind, renditionId = 'a') =>
  accountFor(new EngineFailedError({ kind, message: 'no' }), fleet, { ...order, renditionId }, requestFor(1));

describe('a machine beside others', () => {
  test('is off the queue at once if it cannot load a model, and after three images that fail otherwise', async () => {
    await failWith('internal', 'a');
    await failWith('internal', 'b');
    expect(fleet.health.waitMs).toBe(0);
    await failWith('non-finite', 'c');
    expect(fleet.health.waitMs).toBeGreaterThan(0);
    expect(await whyElsewhere(fleet, { ...order, renditionId: 'd', failedOn: [] })).toMatch(
      /takes no images/,
    );
  });

  test('gives no account of what no machine could do', async () => {
    expect(await failWith('request')).toBeUndefined();
    expect(await failWith('disk-full')).toBeUndefined();
    expect(fleet.health.waitMs).toBe(0);
  });
});

describe('a machine alone', () => {
  beforeEach(() => {
    others = [];
  });

  test('is never off the queue', async () => {
    for (const image of ['a', 'b', 'c', 'd']) await failWith('model', image);
    expect(await whyElsewhere(fleet, { ...order, renditionId: 'e' })).toBeUndefined();
  });

  test('says whether it makes other images', async () => {
    expect(await failWith('model')).toMatchObject({ didWell: false, isAlone: true, host: 'gpu-1' });
    fleet.health.finished('b');
    expect(await failWith('model')).toMatchObject({ didWell: true });
    expect(await failWith('model')).toMatchObject({ didWell: true });
  });
});
