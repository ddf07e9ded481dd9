/**
 * Where tools that were downloaded or built are kept between runs, outside the project so that clones share them.
 */
import { join } from 'node:path';
import { cacheFolder } from '../../files/cache-folder.js';
import type { Tool } from './catalogue.js';

/** The version is part of the path: another version of the project never runs a wrong tool. */
export function cachedToolPath({ name, version }: Pick<Tool, 'name' | 'version'>): string {
  return join(cacheFolder(), 'tools', `${name}@${version}`, name);
}
