/**
 * Seeds are derived, not drawn: a rendition whose machine burned down is generated again, identical.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * The seed of one variant: the first 32 bits of SHA-256 over version, cue id and variant.
 * 32 bits because that is the range every image tool can show and take back.
 */
export function deriveSeed(version: string, cueId: string, variantId: number): number {
  const digest = sha256(utf8ToBytes([version, cueId, variantId].join('\n')));
  return Number.parseInt(bytesToHex(digest.subarray(0, 4)), 16);
}
