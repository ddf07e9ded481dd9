/**
 * The gallery's page, built as `npm run build` does, into a folder of its own: tests must not depend on what somebody
 * built when.
 */
import { execFile } from 'node:child_process';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = 'client/gallery/page';

/** Builds the page below `folder`; returns the built `client/` folder. */
export async function buildPage(folder: string): Promise<string> {
  const compiler = join(root, 'node_modules/.bin/tsc');
  await promisify(execFile)(compiler, ['-p', join(root, 'tsconfig.browser.json'), '--outDir', folder]);
  const others = (await readdir(join(root, PAGE))).filter((name) => !name.endsWith('.ts'));
  await Promise.all(others.map((name) => copyFile(join(root, PAGE, name), join(folder, PAGE, name))));
  return join(folder, 'client');
}
