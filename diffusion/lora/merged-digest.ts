/**
 * The digest of a model with LoRAs merged into it: of what it is made from, not of the merged bytes, since products of matrices differ
 * in their last bit from processor to processor. The order of the LoRAs is no part of it, as it is none of the sum; they are added in
 * the digest's order wherever they are merged, so that no order gives other bits.
 */
import { createHash } from 'node:crypto';
import { fileDigest } from '../model-directory/digest.js';
import type { Lora } from './plan-merge.js';

/** Begins what is digested: no directory's digest is made of such a text. Another number where merging gives other weights. */
const DOMAIN = 'inference-previews merged model 1';

/** A LoRA as it is now. */
export interface DigestedLora extends Lora {
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/** Reads the files, in the order in which they are merged. */
export async function digestLoras(loras: readonly Lora[]): Promise<DigestedLora[]> {
  const digested: DigestedLora[] = [];
  for (const lora of loras) digested.push({ ...lora, sha256: await fileDigest(lora.path) });
  return digested.sort((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
}

/** Hex. @param baseDigest of the model's directory, see `directoryDigest` */
export const mergedDigest = (baseDigest: string, loras: readonly DigestedLora[]): string =>
  createHash('sha256')
    .update([DOMAIN, baseDigest, ...loras.map(lineOf).sort()].join('\n'))
    .digest('hex');

const lineOf = ({ sha256, scale }: DigestedLora): string => `${sha256} ${scale}`;
