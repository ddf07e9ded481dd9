/**
 * Whether this machine could hold renditions: the spool's folder can be written and its budget fits on the disk.
 */
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Configuration } from '../../domain/configuration.js';
import { folderBytes } from '../../storage/spool/space.js';
import { type DoctorFinding, ok, problem, warning } from './finding.js';
import { nearestExisting } from './made-folders.js';

const GIB = 1024 ** 3;

export async function checkSpool({ spool, spoolBudgetBytes }: Configuration): Promise<DoctorFinding> {
  const folder = resolve(spool);
  const existing = await nearestExisting(folder);
  if (!(await isWritable(existing)))
    return problem(
      'spool',
      `${folder} cannot be written`,
      'Change its owner, or set PREGEN_SPOOL to another folder.',
    );
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const used = existing === folder ? await folderBytes(folder) : 0;
  const found = `${folder} holds ${gib(used)}, ${gib(free)} are free, its budget is ${gib(spoolBudgetBytes)}`;
  return free >= spoolBudgetBytes - used
    ? ok('spool', found)
    : warning(
        'spool',
        `${found}: the disk fills up before the budget does`,
        'Free some space, or set PREGEN_SPOOL_BUDGET_GIB lower; the GPU then waits in time for uploads.',
      );
}

const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
