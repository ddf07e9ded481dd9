/** Addresses to listen on, as people write them. */
import { expect, it } from 'vitest';
import { nthAddress, readListenAddress } from '../../domain/listen-address.js';

it.each([
  [':8080', { host: '0.0.0.0', port: 8080 }],
  ['8080', { host: '0.0.0.0', port: 8080 }],
  ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
  ['localhost:9', { host: 'localhost', port: 9 }],
  ['[::1]:8080', { host: '::1', port: 8080 }],
  [':70000', undefined],
  ['http://x:80', undefined],
  ['yes', undefined],
])('reads %s', (text, address) => {
  expect(readListenAddress(text)).toEqual(address);
});

it('gives several processes the ports in turn', () => {
  expect([0, 1, 2].map((n) => nthAddress('127.0.0.1:8080', n))).toEqual([
    '127.0.0.1:8080',
    '127.0.0.1:8081',
    '127.0.0.1:8082',
  ]);
  expect(nthAddress('[::1]:8080', 1)).toBe('[::1]:8081');
  expect(nthAddress(':0', 2)).toBe(':0');
});
