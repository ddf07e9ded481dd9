/**
 * `pregen manifest FILE`: writes `manifest.json`, the only file that a front-end needs to know which images there are.
 */
import { writeManifest } from '../../bookkeeping/manifest.js';
import { manifestKey } from '../../domain/manifest.js';
import { inStoreOf } from '../load/in-store-of.js';
import { loadShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';

export async function writeShowManifest(file: string, output: Output): Promise<undefined> {
  const loaded = await loadShow(file);
  const { store, manifest } = await inStoreOf(loaded, async (store) => ({
    store: store.description,
    manifest: await writeManifest(store, loaded.show, loaded.tasks),
  }));
  const key = manifestKey(loaded.show);
  const variants = manifest.cues.reduce((sum, cue) => sum + cue.variants.length, 0);
  const planned = loaded.tasks.reduce((sum, task) => sum + task.variants, 0);
  output.result(
    { key, cues: manifest.cues.length, variants, planned },
    `${key} in ${store} names ${variants} of ${planned} variants of ${manifest.cues.length} cues.`,
  );
  return undefined;
}
