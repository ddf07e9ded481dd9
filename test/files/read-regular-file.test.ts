/** Only regular files up to a limit are read; everything else is refused at once, with a message. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRegularFile } from '../../files/read-regular-file.js';
import { makeNamedPipe } from '../support/named-pipe.js';
import { temporaryFolder } from '../support/temp-folder.js';

const SMALL = { maxBytes: 10 };

it('a file is read up to its limit, also through a link unless that is refused', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '0123456789');
  await symlink('file', join(folder, 'link'));
  expect(String(await readRegularFile(join(folder, 'file'), SMALL))).toBe('0123456789');
  expect(String(await readRegularFile(join(folder, 'link'), SMALL))).toBe('0123456789');
  await expect(readRegularFile(join(folder, 'link'), { ...SMALL, noFollow: true })).rejects.toThrow('ELOOP');
  await expect(readRegularFile(join(folder, 'file'), { maxBytes: 9 })).rejects.toThrow(
    'has 10 bytes; at most 9 are read',
  );
});

it.each([
  ['a folder', 'is a folder, expected a file', (path: string) => mkdir(path)],
  ['a named pipe', 'is a named pipe, expected a file', async (path: string) => makeNamedPipe(path)],
  ['a device', 'is a device, expected a file', (path: string) => symlink('/dev/zero', path)],
])('%s is refused before anything is read', async (_, words, make) => {
  const path = join(await temporaryFolder(), 'thing');
  await make(path);
  await expect(readRegularFile(path, SMALL)).rejects.toThrow(words);
});
