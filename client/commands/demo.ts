/** `pregen demo`. */
import type { Output } from '../cli/output.js';
export async function demo(_options: { readonly fresh: boolean }, _output: Output): Promise<undefined> {
  return undefined;
}
