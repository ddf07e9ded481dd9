/**
 * The folder of this machine for files that can be made again at any time, such as thumbnails.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** `$PREGEN_CACHE`, else `inference-previews` in `$XDG_CACHE_HOME` or `~/.cache`. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = environment.PREGEN_CACHE;
  if (given !== undefined && given !== '') return resolve(given);
  const xdg = environment.XDG_CACHE_HOME;
  const base = xdg === undefined || xdg === '' ? join(homedir(), '.cache') : xdg;
  return join(base, 'inference-previews');
}
