/** What the doctor concludes, where no test can have the server that it is about. */
import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { checkNamespace } from '../../client/doctor/check-namespace.js';
import { judgePriority } from '../../client/doctor/check-order.js';
import { orderOf } from '../../client/doctor/probe.js';
import type { TemporalSession } from '../../client/temporal/connect.js';

it.each([
  ['first', [1, 2, 3, 4]],
  ['partly', [1, 12, 2, 6]],
  ['partly', [5, 6, 2, 31]],
  ['not', [41, 42, 43, 44]],
  ['not', [9, 40, 22, 38]],
])('order: %s', (order, places) => {
  expect(orderOf(places)).toBe(order);
});

it('says that several partitions honour priorities in part, with all settings that mend it', () => {
  const { status, message, remedy } = judgePriority({ order: 'partly', places: [1, 12, 2, 6], of: 44 });
  expect([status, message]).toEqual([
    'warning',
    'honoured in part: 4 urgent tasks behind 40 others came at places 1, 12, 2, 6',
  ]);
  expect(remedy).toMatch(/useNewMatcher=true, .*ReadPartitions=1 and .*WritePartitions=1/);
});

/** A server that fails with this status of gRPC. */
const failing = (code: status): TemporalSession =>
  ({
    namespace: 'default',
    client: {
      withDeadline: (_: unknown, ask: () => Promise<unknown>) => ask(),
      workflowService: {
        describeNamespace: () =>
          Promise.reject(Object.assign(new Error('x'), { code, details: 'x', metadata: {} })),
      },
    },
  }) as unknown as TemporalSession;

it.each([
  [status.NOT_FOUND, /^Create it/],
  [status.PERMISSION_DENIED, /TEMPORAL_API_KEY/],
  [status.UNAVAILABLE, /whether its database runs/],
  [status.DEADLINE_EXCEEDED, /whether its database runs/],
])('a namespace that fails with status %s', async (code, remedy) => {
  const found = await checkNamespace(failing(code));
  expect(found).toMatchObject({ status: 'problem', remedy: expect.stringMatching(remedy) });
});
