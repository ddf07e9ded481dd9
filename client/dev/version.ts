/** `pregen version`. */
import { packageVersion } from '../../package/package-files.js';
import type { Output } from '../terminal/output.js';

export async function version(output: Output): Promise<undefined> {
  const own = packageVersion();
  output.result({ version: own }, own);
  return undefined;
}
