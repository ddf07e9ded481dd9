/**
 * The digest of a model with merged LoRAs covers its sources, not the merged bytes, since matrix products differ in their last bits
 * between processors. It does not depend on the order of the LoRAs, as their sum does not; they are always added in the same order,
 * sorted by digest and scale, so that the bits do not depend on it either.
 */
import { createHash } from 'node:crypto';
import { fileDigest } from '../model-directory/digest.js';
import type { Lora } from './plan-merge.js';

/** Domain separation: no directory digest is computed of such a text. The number changes whenever merging gives other weights. */
const DOMAIN = 'inference-previews merged model 1';

/** A LoRA with the digest of its file. */
export interface DigestedLora extends Lora {
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/** Reads the files; returns the LoRAs in the order in which they are merged. */
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
