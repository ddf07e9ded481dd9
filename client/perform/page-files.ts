/** The built page that performs a show, as a closed list of addresses and files. */
import { JAVASCRIPT, modulesIn, type PageFile, pageFile } from '../../gallery/page-files.js';
import { packageFile } from '../../package/package-files.js';

const MODULE_FOLDERS = ['perform', 'replay'];

/** Reads it. Throws an Error that names the command if it was never built. */
export async function readPerformancePage(): Promise<PageFile[]> {
  const built = packageFile('dist');
  try {
    const modules = (await Promise.all(MODULE_FOLDERS.map((folder) => modulesIn(built, folder)))).flat();
    return await Promise.all([
      pageFile(built, 'perform/page/index.html', 'index.html', 'text/html; charset=utf-8'),
      pageFile(built, 'perform/page/style.css', 'style.css', 'text/css; charset=utf-8'),
      ...modules.map((path) => pageFile(built, path, `app/${path}`, JAVASCRIPT)),
    ]);
  } catch (cause) {
    throw new Error('the page is not built: run "npm run build" first', { cause });
  }
}
