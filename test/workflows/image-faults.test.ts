/** Whose fault it is that an image fails: the accounts of machines, in turn, and what follows from them. */
import { expect, test } from 'vitest';
import { FAILURE_TYPES, type FailureType } from '../../domain/failure-types.js';
import type { MachineAccount } from '../../domain/machine-fault.js';
import {
  type Fault,
  failedOn,
  maySucceedOn,
  pauseAfter,
  throwIfToBlame,
} from '../../workflows/image-faults.js';

const { invalidModel, nonFiniteLatents, deviceFailed, engineLost } = FAILURE_TYPES;
const ALL = [invalidModel, nonFiniteLatents, deviceFailed, engineLost];

const on = (host: string, type: FailureType, more: Partial<MachineAccount> = {}): Fault => ({
  type,
  reason: `${type} at step 2`,
  account: { spoolId: `spool-${host}`, host, runsOn: 'cuda', didWell: false, isAlone: false, ...more },
});
const times = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault);

test.each(ALL)('%s on one machine condemns no image, however often below ten', (type) => {
  for (let count = 1; count < 10; count++)
    expect(() => throwIfToBlame(times(count, on('a', type)))).not.toThrow();
  expect(() => throwIfToBlame(times(10, on('a', type)))).toThrow(/10 times in a row.* at step 2/);
});

test.each([invalidModel, nonFiniteLatents, deviceFailed])(
  '%s on two machines is the image, with both accounts',
  (type) => {
    expect(() => throwIfToBlame([on('a', type), on('b', type)])).toThrow(
      `it failed in the same way on 2 machines: a (cuda): ${type} at step 2; b (cuda): ${type} at step 2`,
    );
  },
);

test('two machines that fail in different ways do not agree', () => {
  expect(() => throwIfToBlame([on('a', invalidModel), on('b', deviceFailed)])).not.toThrow();
});

test.each([invalidModel, nonFiniteLatents, deviceFailed])(
  '%s twice on a machine that makes others is the image',
  (type) => {
    const again = on('a', type, { didWell: true });
    expect(() => throwIfToBlame([again])).not.toThrow();
    expect(() => throwIfToBlame([on('a', type), again])).toThrow(
      /^a \(cuda\) failed on it 2 times, and makes others/,
    );
  },
);

test('numbers that are not finite twice on a machine without others are the image, since the seed is the same', () => {
  const alone = on('a', nonFiniteLatents, { isAlone: true });
  expect(() => throwIfToBlame([alone])).not.toThrow();
  expect(() => throwIfToBlame([alone, alone])).toThrow('NonFiniteLatents at step 2');
  const model = on('a', invalidModel, { isAlone: true });
  expect(() => throwIfToBlame([model, model])).not.toThrow();
});

test('a worker of an earlier version has judged by itself, but for lost engines', () => {
  const judged: Fault = { type: nonFiniteLatents, reason: 'NaN', account: undefined };
  expect(() => throwIfToBlame([judged])).toThrow('NaN');
  expect(() => throwIfToBlame([{ ...judged, type: engineLost }])).not.toThrow();
});

test('a lost engine goes on at its checkpoint twice; an image that fails otherwise is left to other machines', () => {
  const lost = on('a', engineLost);
  expect(failedOn([lost])).toEqual([]);
  expect(maySucceedOn('spool-a', [lost])).toBe(true);
  expect(failedOn([lost, lost])).toEqual(['spool-a']);
  expect(maySucceedOn('spool-a', [lost, lost])).toBe(false);
  expect(failedOn([on('a', deviceFailed), on('b', invalidModel), on('a', deviceFailed)])).toEqual([
    'spool-a',
    'spool-b',
  ]);
});

test('the first fault costs no time, later ones ever more, up to a minute', () => {
  expect([1, 2, 3, 4, 9, 10].map(pauseAfter)).toEqual([0, 1000, 2000, 4000, 60_000, 60_000]);
});
