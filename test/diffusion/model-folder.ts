/**
 * A recorded model with another scheduler, with a tiny decoder beside it, or with external data: folders that link to its parts.
 */
import { cp, mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GOLDENS } from './goldens.js';

/** The caller removes the folder. */
export async function withScheduler(model: string, config: Record<string, unknown>): Promise<string> {
  const folder = await linkedTo(model, ['scheduler']);
  await mkdir(join(folder, 'scheduler'));
  await writeFile(join(folder, 'scheduler', 'scheduler_config.json'), JSON.stringify(config));
  return folder;
}

/** The tiny decoder, for four latent channels, is a copy that may be changed. The caller removes the folder. */
export async function withTaesd(model: string): Promise<string> {
  const folder = await linkedTo(model, []);
  await cp(join(GOLDENS, 'taesd'), folder, { recursive: true });
  return folder;
}

/** The weights of its VAE decoder are in a file of their own, which may be changed. The caller removes the folder. */
export async function withExternalData(model: 'sd'): Promise<string> {
  const folder = await linkedTo(model, ['vae_decoder']);
  await cp(join(GOLDENS, 'external'), folder, { recursive: true });
  return folder;
}

async function linkedTo(model: string, without: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${model}-`));
  const source = join(GOLDENS, model);
  for (const name of await readdir(source)) {
    if (!without.includes(name)) await symlink(join(source, name), join(folder, name));
  }
  return folder;
}
