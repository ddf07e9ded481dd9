import { expect, it } from 'vitest';
import { checkNode } from '../../client/doctor/check-node.js';

it.each([
  ['v20.20.2', 'warning'],
  ['v22.0.0', 'ok'],
  ['v24.1.0', 'ok'],
])('doctor on Node %s: %s', (version, status) => {
  expect(checkNode(version)).toMatchObject({ status, message: expect.stringContaining(version) });
});
