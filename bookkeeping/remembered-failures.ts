/**
 * What the store remembers of variants that failed and have not been stored since.
 */
import { isRejected } from '../domain/decisions.js';
import type { ShowAddress } from '../domain/object-keys.js';
import { MAX_REPORTED_FAILURES, type VariantFailure, type VariantName } from '../domain/progress.js';
import {
  failureKey,
  failuresPrefix,
  parseFailureKey,
  type RememberedFailure,
} from '../domain/remembered-failure.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readDecisions } from './decisions.js';

/** How many variants a show still has of each cue: what it does not have any more is not told of. */
export type VariantsByCue = ReadonlyMap<string, number>;

export interface RememberedFailures {
  readonly failed: number;
  /** A few of them. */
  readonly failures: readonly VariantFailure[];
}

/** The variants that failed when they were last tried; what was rejected since is not wanted any more. */
export async function listRememberedFailures(
  store: ObjectStore,
  show: ShowAddress,
  variants: VariantsByCue,
): Promise<VariantName[]> {
  const prefix = failuresPrefix(show);
  const found: VariantName[] = [];
  for await (const { key } of store.list(prefix)) {
    const name = parseFailureKey(prefix, key);
    if (name !== undefined && name.variantId <= (variants.get(name.cueId) ?? 0)) found.push(name);
  }
  if (found.length === 0) return found;
  const decisions = await readDecisions(store, show, new Set(found.map(({ cueId }) => cueId)));
  return found.filter(({ cueId, variantId }) => !isRejected(decisions.get(cueId), variantId));
}

/** The same, counted, and a few of them with their reasons. */
export async function readRememberedFailures(
  store: ObjectStore,
  show: ShowAddress,
  variants: VariantsByCue,
): Promise<RememberedFailures> {
  const names = await listRememberedFailures(store, show, variants);
  const shown = names.slice(0, MAX_REPORTED_FAILURES);
  const read = await Promise.all(shown.map((name) => readReason(store, show, name)));
  return { failed: names.length, failures: read.flat() };
}

/** None if it has been stored, and forgotten, this very moment. */
async function readReason(
  store: ObjectStore,
  show: ShowAddress,
  name: VariantName,
): Promise<VariantFailure[]> {
  const key = failureKey({ ...show, ...name });
  if ((await store.head(key)) === undefined) return [];
  const { reason }: RememberedFailure = JSON.parse((await store.get(key)).toString('utf8'));
  return [{ ...name, reason }];
}
