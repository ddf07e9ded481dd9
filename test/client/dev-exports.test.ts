import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { exportsFor } from '../../client/dev/dev.js';

const stack = {
  pid: 1,
  folder: 'x',
  address: 'localhost:7233',
  uiUrl: 'http://localhost:8233',
  namespace: 'default',
  store: `file:${resolve('pregen-output')}`,
  spool: 'x',
  processes: {},
};

it('a development stack at the default addresses needs no exports', () => {
  for (const address of ['localhost:7233', '127.0.0.1:7233'])
    expect(exportsFor({ ...stack, address })).toEqual([]);
});

it('a development stack at other addresses is found with the printed exports', () => {
  const elsewhere = { ...stack, address: 'localhost:17233', store: "file:/srv/artist's" };
  expect(exportsFor(elsewhere)).toEqual([
    "TEMPORAL_ADDRESS='localhost:17233'",
    "PREGEN_STORE='file:/srv/artist'\\''s'",
  ]);
});
