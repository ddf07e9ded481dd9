/**
 * Variations of a recorded model, as folders with links to its parts: with another scheduler, a tiny decoder, or external data.
 */
import { cp, mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GOLDENS } from './goldens.js';

/** With another scheduler. The caller removes the folder. */
export async function withScheduler(model: string, config: Record<string, unknown>): Promise<string> {
  const folder = await linkedTo(model, ['scheduler']);
  await mkdir(join(folder, 'scheduler'));
  await writeFile(join(folder, 'scheduler', 'scheduler_config.json'), JSON.stringify(config));
  return folder;
}

/** With a tiny decoder for four latent channels, a copy that may be changed. The caller removes the folder. */
export async function withTaesd(model: string): Promise<string> {
  const folder = await linkedTo(model, []);
  await cp(join(GOLDENS, 'taesd'), folder, { recursive: true });
  return folder;
}

/** With the weights of its VAE decoder in a separate file, a copy that may be changed. The caller removes the folder. */
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
