/**
 * A failed variant as the store remembers it, one object each: histories and lists of the Temporal server are emptied by its
 * retention, and what failed must still be found when it is tried again weeks later. The object is there from the variant's
 * last failure until it is stored.
 */
import { bookkeepingPrefix, type VariantAddress } from './object-keys.js';

export interface RememberedFailure {
  readonly cueId: string;
  readonly variantId: number;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
  /** Run id (that of its first execution) of the show in which it failed; absent if it was started by hand. */
  readonly showRunId?: string;
}

type ShowAddress = Parameters<typeof bookkeepingPrefix>[0];

/** Begins the keys of all remembered failures of a version. */
export const failuresPrefix = (show: ShowAddress): string => `${bookkeepingPrefix(show)}failures/`;

export const failureKey = (address: VariantAddress): string =>
  `${failuresPrefix(address)}${address.cueId}/${address.variantId}.json`;

/** Reads a key under {@link failuresPrefix} back; undefined for anything else. */
export function parseFailureKey(
  prefix: string,
  key: string,
): { readonly cueId: string; readonly variantId: number } | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const [, cueId, variantId] = /^([^/]+)\/([1-9]\d{0,8})\.json$/.exec(key.slice(prefix.length)) ?? [];
  return cueId === undefined ? undefined : { cueId, variantId: Number(variantId) };
}
