/**
 * What the store knows of an image without opening it: one small object an image, whose *name* says the seed, the fingerprint,
 * the number of previews and the duration. One listing so answers for a whole show, and no two uploads ever write
 * the same object. It is written last of all, and withdrawn before anything of the image is replaced: what is recorded is whole.
 */
import { given } from './given.js';
import { bookkeepingPrefix, type ShowAddress, type VariantAddress } from './object-keys.js';
import type { RenditionRequest } from './rendition.js';

export interface ImageRecord {
  readonly seed: number;
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
  /** Previews that are stored. */
  readonly previews: number;
  /** Of its making, first step to decoded image; milliseconds, whole. */
  readonly durationMs: number;
}

/** The record's content, for people and for tools that look at one image. */
export interface ImageRecordBody extends ImageRecord {
  /** What it was made from; absent for an image of an earlier version, whose PNG tells some of it. */
  readonly request?: Omit<RenditionRequest, 'take'>;
  /** SHA-256 (hex) over the model directory; absent where nobody knows it any more. */
  readonly modelDigest?: string;
}

/** Begins the keys of the records of all chosen images. */
export const recordsPrefix = (show: ShowAddress): string => `${bookkeepingPrefix(show)}images/`;

/** Begins the keys of the records of all takes that are kept beside the chosen ones. */
export const takeRecordsPrefix = (show: ShowAddress): string => `${bookkeepingPrefix(show)}take-images/`;

/** Begins the keys of every record that the image, or take, at this address has or had. */
export function recordPrefixOf({ cueId, variantId, take, ...show }: VariantAddress): string {
  if (take === undefined) return `${recordsPrefix(show)}${cueId}/${variantId}-`;
  return `${takeRecordsPrefix(show)}${cueId}/${variantId}-${take}-`;
}

export function recordKey(address: VariantAddress, record: ImageRecord): string {
  const { seed, fingerprint, previews, durationMs } = record;
  const { project, version, cueId, variantId, take } = address;
  const prefix = recordPrefixOf({ project, version, cueId, variantId, ...given({ take }) });
  return `${prefix}${take === undefined ? `${seed}-` : ''}${fingerprint}-${previews}-${durationMs}.json`;
}

/** Reads a key under {@link recordsPrefix} or {@link takeRecordsPrefix} back; undefined for anything else. */
export function parseRecordKey(
  prefix: string,
  key: string,
): { readonly cueId: string; readonly variantId: number; readonly record: ImageRecord } | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const match = /^([^/]+)\/([1-9]\d{0,8})-(\d{1,10})-([0-9a-f]+)-(\d{1,6})-(\d{1,12})\.json$/.exec(
    key.slice(prefix.length),
  );
  if (match === null) return undefined;
  const [, cueId = '', variantId, seed, fingerprint = '', previews, durationMs] = match;
  const record = {
    seed: Number(seed),
    fingerprint,
    previews: Number(previews),
    durationMs: Number(durationMs),
  };
  return { cueId, variantId: Number(variantId), record };
}
