/**
 * `uv` runs the Python peers: it installs what a script's header pins into an environment of its own and keeps it. On PATH, or
 * installed by pip into the project's cache, apart from other Python packages.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../files/cache-folder.js';
import { onPath } from '../../../workers/tools/probe.js';
import { NotRun } from '../frame/benchmark.js';

const PACKAGE = 'uv==0.9.30';

/** Path of uv. Throws NotRun if it is missing and cannot be installed. */
export async function findUv(): Promise<string> {
  const found = await onPath('uv');
  if (found !== undefined) return found;
  const folder = join(cacheFolder(), 'bench', 'uv');
  const path = join(folder, 'bin', 'uv');
  if (existsSync(path)) return path;
  try {
    await promisify(execFile)('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, PACKAGE]);
    return path;
  } catch (cause) {
    throw new NotRun('its Python packages need uv, which is neither on PATH nor to be had by pip', { cause });
  }
}
