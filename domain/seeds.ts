/**
 * Seeds are derived, not drawn: a rendition whose machine burned down is generated again, identical.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The largest seed: 32 bits are what every image tool can show and take back. */
export const MAX_SEED = 2 ** 32 - 1;

/**
 * The seed of one variant: the first 32 bits of SHA-256 over version, cue id and variant. */
export function deriveSeed(version: string, cueId: string, variantId: number): number {
  const digest = sha256(utf8ToBytes([version, cueId, variantId].join('\n')));
  return Number.parseInt(bytesToHex(digest.subarray(0, 4)), 16);
}
