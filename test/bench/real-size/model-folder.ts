/**
 * A model of real size as an ONNX folder, built with the export script that people use. Each stage that is whole is kept in the
 * project's cache, so that a run that was interrupted goes on; the PyTorch weights are removed when they are exported.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../files/cache-folder.js';
import { NotRun } from '../frame/benchmark.js';
import { findUv } from '../peers/uv.js';
import type { RealModel } from './models.js';

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const BUILD = beside('./random_pipelines.py');
const EXPORT = beside('../../../models/export_model.py');
const TOKENIZERS = beside('../../goldens');

/** The folder. Throws NotRun, with the script's last words, if it cannot be made here. */
export async function realModelFolder({ shape, dtype }: RealModel): Promise<string> {
  const folder = join(cacheFolder(), 'bench', 'real-size', `${shape}-${dtype}`);
  const [torch, onnx] = [join(folder, 'torch'), join(folder, 'onnx')];
  if (existsSync(join(onnx, 'model_index.json'))) return onnx;
  if (!existsSync(torch)) await build(shape, dtype, torch);
  await python(EXPORT, torch, onnx, '--dtype', dtype, ...(shape === 'sd35' ? ['--without-t5'] : []));
  await rm(torch, { recursive: true });
  return onnx;
}

async function build(shape: string, dtype: string, folder: string): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await python(BUILD, shape, dtype, TOKENIZERS, draft);
  await rename(draft, folder);
}

async function python(script: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '2' };
  const command = ['run', '--quiet', '--script', script, ...args];
  try {
    await promisify(execFile)(await findUv(), command, { env, maxBuffer: 2 ** 26 });
  } catch (cause) {
    if (cause instanceof NotRun) throw cause;
    throw new NotRun(`the model could not be built: ${String(cause).slice(-600)}`, { cause });
  }
}
