/**
 * Digests of the show's models, as far as they are on this machine: whether a stored image was made by these very files. A
 * model of many gigabytes is read once; as long as no file of it changes, the digest is kept.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestLoras, mergedDigest } from '../../diffusion/lora/merged-digest.js';
import { directoryDigest, directoryState } from '../../diffusion/model-directory/digest.js';
import type { ModelDigests } from '../../domain/fingerprint.js';
import { cacheFolder } from '../../files/cache-folder.js';
import type { Output } from '../terminal/output.js';
import type { LoadedShow } from './load-show.js';

/** Says on the way which model it reads. */
export async function digestModels(
  { tasks, modelDirectories, modelLoras }: Pick<LoadedShow, 'tasks' | 'modelDirectories' | 'modelLoras'>,
  output: Pick<Output, 'note'>,
): Promise<ModelDigests> {
  const digests: Record<string, string> = {};
  for (const model of new Set(tasks.map(({ settings }) => settings.model.name))) {
    const directory = modelDirectories[model];
    const loras = modelLoras[model];
    if (directory === undefined || loras === undefined) continue;
    const base = await keptDigest(directory, () =>
      output.note(`Reading model "${model}" once, to compare it with what made the stored images …`),
    );
    digests[model] = loras.length === 0 ? base : mergedDigest(base, await digestLoras(loras));
  }
  return digests;
}

async function keptDigest(directory: string, onRead: () => void): Promise<string> {
  const folder = join(cacheFolder(), 'model-digests');
  const path = join(folder, await directoryState(directory));
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (/^[0-9a-f]{64}$/.test(kept)) return kept;
  onRead();
  const digest = await directoryDigest(directory);
  // Without a cache it is only read again.
  await mkdir(folder, { recursive: true })
    .then(() => writeFile(path, digest))
    .catch(() => {});
  return digest;
}
