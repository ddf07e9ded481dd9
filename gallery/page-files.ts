/**
 * The built page as a closed list of addresses and files. The server and the static export serve these files only, and never
 * turn an address into a path.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFile } from '../package/package-files.js';

export interface PageFile {
  /** Relative to the page, such as `app/gallery/page/main.js`. */
  readonly address: string;
  readonly contentType: string;
  readonly body: Buffer;
}

export const JAVASCRIPT = 'text/javascript; charset=utf-8';
const MODULE_FOLDERS = ['gallery/page', 'replay'];
/** Modules that the page shares with the server. */
const SHARED_MODULES = [
  'gallery/show-index.js',
  'gallery/parameters.js',
  'gallery/png-text.js',
  'domain/readiness.js',
  'domain/workflow-ids.js',
];

/** Reads the built page. Throws an Error that names the command if it was never built. */
export async function readPageFiles(): Promise<PageFile[]> {
  const built = packageFile('dist');
  try {
    const modules = (await Promise.all(MODULE_FOLDERS.map((folder) => modulesIn(built, folder)))).flat();
    return await Promise.all([
      pageFile(built, 'gallery/page/index.html', 'index.html', 'text/html; charset=utf-8'),
      pageFile(built, 'gallery/page/icon.svg', 'icon.svg', 'image/svg+xml'),
      pageFile(built, 'gallery/page/style.css', 'style.css', 'text/css; charset=utf-8'),
      ...SHARED_MODULES.map((path) => pageFile(built, path, `app/${path}`, JAVASCRIPT)),
      ...modules.map((path) => pageFile(built, path, `app/${path}`, JAVASCRIPT)),
    ]);
  } catch (cause) {
    throw new Error('the gallery page is not built: run "npm run build" first', { cause });
  }
}

/** Built modules below a folder of `dist`, relative to it. */
export async function modulesIn(built: string, folder: string): Promise<string[]> {
  const names = await readdir(join(built, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

/** One built file. */
export async function pageFile(
  root: string,
  path: string,
  address: string,
  contentType: string,
): Promise<PageFile> {
  return { address, contentType, body: await readFile(join(root, path)) };
}
