/**
 * Where the package itself lies and what version it is: its demo show, its compiled worker processes. Works from
 * `dist/client` and wherever npm installs it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the package.json that this file belongs to. */
export const packageRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error('the package.json of inference-previews is gone');
    folder = dirname(folder);
  }
  return folder;
};

/** Absolute path of a file of the package. */
export const packageFile = (...segments: string[]): string => join(packageRoot(), ...segments);

/** The package's version. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
