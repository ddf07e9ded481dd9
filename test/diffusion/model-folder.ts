/**
 * A recorded model with another scheduler: a folder that links to its parts.
 */
import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GOLDENS } from './goldens.js';

/** The caller removes the folder. */
export async function withScheduler(model: string, config: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${model}-`));
  const source = join(GOLDENS, model);
  for (const name of await readdir(source)) {
    if (name !== 'scheduler') await symlink(join(source, name), join(folder, name));
  }
  await mkdir(join(folder, 'scheduler'));
  await writeFile(join(folder, 'scheduler', 'scheduler_config.json'), JSON.stringify(config));
  return folder;
}
