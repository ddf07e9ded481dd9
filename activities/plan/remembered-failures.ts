/**
 * Failures as the store remembers them: written when a variant has failed, read when an operator tries again what failed.
 */
import pLimit from 'p-limit';
import type { ShowAddress } from '../../domain/object-keys.js';
import { JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import type { VariantName } from '../../domain/progress.js';
import {
  failureKey,
  failuresPrefix,
  parseFailureKey,
  type RememberedFailure,
} from '../../domain/remembered-failure.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { PlanActivities } from '../interfaces.js';
import { readJson } from './json.js';
import { CONCURRENT_REQUESTS } from './stored-variants.js';

export async function rememberFailures(
  store: ObjectStore,
  { project, version, failures }: Parameters<PlanActivities['rememberFailures']>[0],
  signal: AbortSignal,
): Promise<void> {
  const limit = pLimit(CONCURRENT_REQUESTS);
  await Promise.all(
    failures.map((failure) =>
      limit(() =>
        store.put(failureKey({ project, version, ...failure }), Buffer.from(JSON.stringify(failure)), {
          contentType: JSON_CONTENT_TYPE,
          signal,
        }),
      ),
    ),
  );
}

/** The failed variants of a show; only those that failed in one run of it if `showRunId` is given. */
export async function listFailures(
  store: ObjectStore,
  show: ShowAddress,
  showRunId: string | undefined,
  signal: AbortSignal,
): Promise<VariantName[]> {
  const prefix = failuresPrefix(show);
  const found: VariantName[] = [];
  for await (const { key } of store.list(prefix, { signal })) {
    const name = parseFailureKey(prefix, key);
    if (name !== undefined) found.push(name);
  }
  if (showRunId === undefined) return found;
  const limit = pLimit(CONCURRENT_REQUESTS);
  const isOfRun = async (name: VariantName) =>
    (await readJson<RememberedFailure>(store, failureKey({ ...show, ...name }), signal)).showRunId ===
    showRunId;
  const ofRun = await Promise.all(found.map((name) => limit(() => isOfRun(name))));
  return found.filter((_, index) => ofRun[index]);
}
