/**
 * The mid-size model: SDXL's architecture with a few per cent of its weights, random but always the same, as a diffusers
 * folder for PyTorch and as its ONNX export. Made once and kept in the project's cache.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../../files/cache-folder.js';
import { NotRun } from '../frame/benchmark.js';
import { runPeerScript } from './peer.js';

/** Part of the folder's name, raised whenever peers.py makes the model otherwise. */
const RECIPE = 1;
const TOKENIZER = fileURLToPath(new URL('../../goldens/sdxl/tokenizer', import.meta.url));

/** The folder, with `torch/` and `onnx/` inside. Throws NotRun if it cannot be made. */
export async function midSizeModel(): Promise<string> {
  const folder = join(cacheFolder(), 'bench', `sdxl-mid-${RECIPE}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.draft-${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    await runPeerScript('build', draft, TOKENIZER);
    await rename(draft, folder);
  } catch (cause) {
    if (cause instanceof NotRun) throw cause;
    throw new NotRun(`the mid-size model could not be built: ${String(cause).slice(-400)}`, { cause });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
