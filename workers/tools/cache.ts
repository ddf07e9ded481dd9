/**
 * Where tools that were downloaded or built are kept between runs, outside the project so that clones share them.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Tool } from './catalogue.js';

/** `$PREGEN_CACHE`, else `inference-previews` in `$XDG_CACHE_HOME` or `~/.cache`. */
export function cacheFolder(): string {
  const own = nonEmpty(process.env.PREGEN_CACHE);
  if (own !== undefined) return resolve(own);
  return join(nonEmpty(process.env.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'inference-previews');
}

/** The version is part of the path: another version of the project never runs a wrong tool. */
export function cachedToolPath({ name, version }: Pick<Tool, 'name' | 'version'>): string {
  return join(cacheFolder(), 'tools', `${name}@${version}`, name);
}

/** An empty variable is how shells unset one for a single command. */
function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
