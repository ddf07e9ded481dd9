/**
 * How large a model's weights are, from the sizes of its files: known before anything is loaded, and close to what
 * they take in memory.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Configurations and word lists are no weights. */
const NO_WEIGHTS = /\.(json|txt|md)$/;

/** Bytes of the files in one part's folder, external data included. */
export async function weightBytes(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => !NO_WEIGHTS.test(name));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Bytes of all parts of a model directory; 0 when it cannot be read. */
export async function modelBytes(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const parts = await Promise.all(names.map((name) => weightBytes(join(directory, name)).catch(() => 0)));
  return parts.reduce((sum, size) => sum + size, 0);
}
