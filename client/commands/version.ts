/** `pregen version`. */
import type { Output } from '../cli/output.js';
import { packageVersion } from '../package-files.js';

export async function version(output: Output): Promise<undefined> {
  const own = packageVersion();
  output.result({ version: own }, own);
  return undefined;
}
