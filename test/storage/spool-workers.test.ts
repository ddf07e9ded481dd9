/** Who is at work on a spool, and who is asked to drain. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askToDrain, SpoolMembership, spoolWorkers } from '../../storage/spool/spool-workers.js';
import { temporaryFolder } from '../support/temp-folder.js';

test('a worker is known until it leaves, and hears that it is asked to drain', async () => {
  const spool = await temporaryFolder();
  expect(await spoolWorkers(spool)).toEqual([]);
  const gpu = await SpoolMembership.join(spool, 'gpu');
  const uploader = await SpoolMembership.join(spool, 'uploader');
  const workers = await spoolWorkers(spool);
  expect(workers.map(({ role, pid }) => ({ role, pid }))).toEqual([
    { role: 'gpu', pid: process.pid },
    { role: 'uploader', pid: process.pid },
  ]);
  for (const worker of workers) if (worker.role === 'gpu') await askToDrain(spool, worker);
  expect([await gpu.isAskedToDrain(), await uploader.isAskedToDrain()]).toEqual([true, false]);
  await Promise.all([gpu.leave(), uploader.leave()]);
  expect(await readdir(join(spool, 'workers'))).toEqual([]);
});

test('a worker that joins while others look who is there is known from then on', async () => {
  const spool = await temporaryFolder();
  let joining = true;
  const looking = (async () => {
    while (joining) await spoolWorkers(spool);
  })();
  const members = await Promise.all(Array.from({ length: 30 }, () => SpoolMembership.join(spool, 'gpu')));
  joining = false;
  await looking;
  expect(await spoolWorkers(spool)).toHaveLength(30);
  await Promise.all(members.map((member) => member.leave()));
});

test('files of a process that was killed are nobody, and are removed', async () => {
  const spool = await temporaryFolder();
  await mkdir(join(spool, 'workers'));
  for (const name of ['gpu-4711-0a1b2c3d', 'gpu-4711-0a1b2c3d.drain'])
    await writeFile(join(spool, 'workers', name), '');
  expect(await spoolWorkers(spool)).toEqual([]);
  expect(await readdir(join(spool, 'workers'))).toEqual([]);
});
